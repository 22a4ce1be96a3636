// SPDX-License-Identifier: GPL-3.0-or-later
// Calls every route by the types that openapi-typescript makes of openapi.json; argument: the service's URL.
import createClient from "openapi-fetch";
import type { paths } from "./schema";

async function main(url: string) {
  const client = createClient<paths>({ baseUrl: url });
  const called = new Set<string>();
  function expect(call: string, is: unknown, wanted: unknown) {
    called.add(call);
    if (is !== wanted) throw new Error(`${call}: ${is}, not ${wanted}`);
  }
  expect("get /health", (await client.GET("/health")).data?.status, "healthy");
  expect("get /livez", (await client.GET("/livez")).data?.status, "alive");
  expect("get /readyz", (await client.GET("/readyz")).data?.status, "ready");
  expect("get /call_other_service", (await client.GET("/call_other_service")).response.status, 200);
  const todos = await client.GET("/query_database", { params: { query: { user_id: 1, completed: false, limit: 2 } } });
  expect("get /query_database", todos.data?.data.length, 2);
  const factors = await client.GET("/factorize", { params: { query: { n: "360" } } });
  expect("get /factorize", factors.data?.factors?.map(factor => factor.prime).join(), "2,3,5");
  const wrong = await client.GET("/factorize", { params: { query: { n: "x" } } });
  expect("get /factorize", wrong.error?.field, "n");
  const job = await client.POST("/factorizations", { body: { n: "91" }, params: { header: { "Idempotency-Key": "k", Prefer: "wait=10" } } });
  expect("post /factorizations", job.data?.state, "done");
  const path = { id: job.data!.id };
  expect("get /factorizations", (await client.GET("/factorizations")).data?.data[0]?.id, path.id);
  expect("get /factorizations/{id}", (await client.GET("/factorizations/{id}", { params: { path } })).data?.n, "91");
  const events = await client.GET("/factorizations/{id}/events", { params: { path }, parseAs: "text" });
  expect("get /factorizations/{id}/events", String(events.data).includes("event: done"), true);
  expect("delete /factorizations/{id}", (await client.DELETE("/factorizations/{id}", { params: { path } })).response.status, 204);
  expect("get /nodes", (await client.GET("/nodes")).data?.data[0]?.state, "alive");
  expect("get /metrics", String((await client.GET("/metrics", { parseAs: "text" })).data).startsWith("# HELP"), true);
  expect("get /stalls", (await client.GET("/stalls")).data?.stalls.length, 0);
  const list = (await client.GET("/")).data;
  expect("get /", typeof list === "object" && list.name, "openloop");
  expect("get /openapi.json", (await client.GET("/openapi.json")).response.status, 200);
  expect("get /docs", (await client.GET("/docs", { parseAs: "text" })).response.status, 200);
  expect("get /redoc", (await client.GET("/redoc", { parseAs: "text" })).response.status, 200);
  const routes = typeof list === "object" ? list.routes.map(route => `${route.method.toLowerCase()} ${route.path}`) : [];
  const missing = routes.filter(route => !called.has(route));
  if (missing.length) throw new Error(`not called: ${missing.join()}`);
  console.log(`${routes.length} routes called`);
}

main(process.argv[2]!).catch(error => {
  console.error(error);
  process.exit(1);
});
