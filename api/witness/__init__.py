"""A witness of logs (C2SP tlog-witness), run by another body than the one that runs the log: it
knows of each log the latest checkpoint, and cosigns only what that one grew into."""
