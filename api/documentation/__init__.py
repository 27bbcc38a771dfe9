"""What the house tells of its doors: OpenAPI 3.1 and pages, made from the doors themselves."""
