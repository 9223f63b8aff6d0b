"""PostgreSQL: tables and statements in SQLAlchemy Core, compiled once and run by psycopg (docs/adr/0003)."""
