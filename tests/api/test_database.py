"""The log's schema: made and migrated by whoever comes first, and what nobody may do in it."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from tests.conftest import Database

def test_x(log_database): 
    print(log_database.execute("select * from {}.events_head"))
