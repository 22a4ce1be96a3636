# SPDX-License-Identifier: GPL-3.0-or-later
# The article's service, complete: "Dead Simple: When to Use Async in FastAPI" (Adam Hughes, 2024).
"""Started by uvicorn; see isolation.sh. Environment:
UPSTREAM   what /call_other_service awaits (http://127.0.0.1:8081/todos/1)
DATABASE   DSN that /query_database asks (postgresql:///postgres)
POOL       threads: run_in_executor(None, ...) as the article has it; processes: a ProcessPoolExecutor instead
"""
import asyncio
import contextlib
import os
from concurrent.futures import ProcessPoolExecutor

import asyncpg
import httpx
import sympy
from fastapi import FastAPI, HTTPException

UPSTREAM = os.environ.get("UPSTREAM", "http://127.0.0.1:8081/todos/1")
DATABASE = os.environ.get("DATABASE", "postgresql:///postgres")

app = FastAPI()
executor = ProcessPoolExecutor() if os.environ.get("POOL") == "processes" else None
client = httpx.AsyncClient(limits=httpx.Limits(max_connections=1000))
database = None


def _factorize(n: int) -> list[dict]:
    return [{"prime": str(prime), "exponent": exponent} for prime, exponent in sympy.factorint(n).items()]


@app.on_event("startup")
async def connect():
    global database
    with contextlib.suppress(OSError, asyncpg.PostgresError):  # the other routes need none
        database = await asyncpg.create_pool(DATABASE, min_size=4, max_size=4, timeout=2)


@app.get("/health")
async def health():
    return {"status": "healthy"}


@app.get("/call_other_service")
async def call_other_service():
    try:
        return (await client.get(UPSTREAM)).json()
    except httpx.HTTPError as error:
        raise HTTPException(502, str(error)) from error


@app.get("/query_database")
async def query_database(limit: int = 10):
    if database is None:
        raise HTTPException(503, "no database")
    rows = await database.fetch("SELECT id, user_id, title, completed FROM todos ORDER BY id LIMIT $1", limit)
    return {"data": [dict(row) for row in rows]}


@app.get("/factorize")
async def factorize(n: int):
    factors = await asyncio.get_running_loop().run_in_executor(executor, _factorize, n)
    return {"n": str(n), "factors": factors}
