# SPDX-License-Identifier: AGPL-3.0-or-later
"""PostgreSQL: a database saved with the number of its rows as they were at that very moment, and brought back."""

from __future__ import annotations

import subprocess

from trouble import Trouble, run

_AS = ("runuser", "-u", "postgres", "--")
_COUNT = (
    r"SELECT format('SELECT %L, count(*) FROM %I.%I', schemaname || '.' || tablename, schemaname, tablename) "
    r"FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1 \gexec"
)


def ask(database, question):
    """Give the answer to one question, as text."""
    words = ("psql", "--no-psqlrc", "-qAt", "-F", "|", "-v", "ON_ERROR_STOP=1", "-d", database)
    return run(*_AS, *words, input=question, otherwise="database", cwd="/").strip()


def size(database):
    """Give how many bytes it takes."""
    return int(ask("postgres", f"SELECT pg_database_size('{database}')"))


def version():
    """Give PostgreSQL's major version."""
    return int(ask("postgres", "SHOW server_version_num")) // 10000


def exists(database):
    """Whether there is such a database."""
    return ask("postgres", f"SELECT count(*) FROM pg_database WHERE datname = '{database}'") == "1"


def rows(database):
    """Give how many rows each table holds."""
    return _counted(ask(database, _COUNT))


def dump(database, path):
    """Save a database in PostgreSQL's custom format; gives how many rows each table has in it.

    One transaction stays open and lends its view to pg_dump: what is counted is what is saved.
    """
    words = [*_AS, "psql", "--no-psqlrc", "-qAt", "-F", "|", "-v", "ON_ERROR_STOP=1", "-d", database]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/") as view:
        view.stdin.write("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\nSELECT pg_export_snapshot();\n")
        view.stdin.flush()
        shared = view.stdout.readline().strip()
        if not shared:
            raise Trouble("database", "psql gave no snapshot")
        with path.open("wb") as file:
            command = [*_AS, "pg_dump", "--format=custom", f"--snapshot={shared}", database]
            done = subprocess.run(command, stdout=file, stderr=subprocess.PIPE, text=True, check=False, cwd="/")
        told, _nothing = view.communicate(f"{_COUNT}\n")
    if done.returncode != 0:
        raise Trouble("no_room" if "No space left" in done.stderr else "database", done.stderr[-800:])
    return _counted(told)


def bring(database, owner, path):
    """Make a database anew out of a saved one; whatever had its name goes."""
    drop(database)
    run(*_AS, "createdb", "--encoding=UTF8", "--template=template0", "--locale=C.UTF-8", "--owner", owner, database,
        otherwise="database", cwd="/")  # fmt: skip
    ask("postgres", f'REVOKE CONNECT ON DATABASE "{database}" FROM PUBLIC')
    words = ("pg_restore", "--exit-on-error", "--no-owner", "--no-privileges", "--dbname", database)
    with path.open("rb") as file:
        command = ["runuser", "-u", owner, "--", *words]
        done = subprocess.run(command, stdin=file, stderr=subprocess.PIPE, check=False, cwd="/")
    if done.returncode != 0:
        raise Trouble("damaged", f"pg_restore: {done.stderr.decode(errors='replace')[-800:]}")


def drop(database):
    """Take a database away; no matter whether it is there."""
    run(*_AS, "dropdb", "--force", "--if-exists", database, otherwise="database", cwd="/")


def rename(before, after):
    """Give a database another name, whoever uses it."""
    ask(
        "postgres",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{before}';\n"
        f'ALTER DATABASE "{before}" RENAME TO "{after}";',
    )


def _counted(told):
    return {table: int(number) for table, _bar, number in (line.rpartition("|") for line in told.splitlines() if line)}
