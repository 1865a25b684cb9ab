// What one of the official TypeScript SDK clients gets of a server, as one JSON object on stdout.
//
//   node client.mjs PLAN-JSON
//
// The plan: `client`, `stdio`, `http`, the SDK's modules; `options` of the client; `command` with its arguments or `url` with
// `headers`, where the server is; `change`, a shell command after which the repository has another commit.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";

const plan = JSON.parse(process.argv[2]);
const { Client } = await import(pathToFileURL(plan.client));
const { StdioClientTransport } = await import(pathToFileURL(plan.stdio));
const { StreamableHTTPClientTransport } = await import(pathToFileURL(plan.http));
const isVersion1 = plan.client.includes("/sdk/");

const client = new Client({ name: "story", version: "1" }, { capabilities: {}, ...plan.options });
const told = [];
client.fallbackNotificationHandler = async ({ method, params }) => void told.push([method, params?.uri ?? null]);
const transport = plan.url
  ? new StreamableHTTPClientTransport(new URL(plan.url), { requestInit: { headers: plan.headers } })
  : new StdioClientTransport({ command: plan.command[0], args: plan.command.slice(1), stderr: "ignore" });
await client.connect(transport);
const isModern = client.getDiscoverResult?.() !== undefined;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
// Waits for what must come; a minute is a failure, which shows in what was seen.
async function eventually(condition) {
  for (let i = 0; i < 1200 && !condition(); ++i) await pause(50);
  return condition();
}
const failure = async (call) => call.then(() => null, (error) => ({ code: error.code, message: error.message }));
// Version 1 takes a result's schema before the options.
const call = (command, options, more = {}) =>
  client.callTool({ name: "lightfast_shell", arguments: { command, ...more } }, ...(isVersion1 ? [undefined, options] : [options]));
const texts = (result) => result.content.map((part) => part.text);

async function allResources() {
  const uris = [];
  let cursor;
  do {
    const page = await client.listResources(cursor ? { cursor } : undefined);
    uris.push(...page.resources.map((resource) => resource.uri));
    cursor = page.nextCursor;
  } while (cursor);
  return uris;
}

const isRunning = (line) => readdirSync("/proc").some((pid) => {
  try {
    return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8") === line;
  } catch {
    return false; // it has ended
  }
});

async function progressOf(command) {
  const beats = [];
  await call(command, { onprogress: (progress) => beats.push(progress) });
  return beats;
}

async function cancelled() {
  const seconds = `50.${process.pid}`; // by which the command is known in the process table
  const line = `sleep\0${seconds}\0`;
  const abort = new AbortController();
  const failed = failure(call(`sleep ${seconds}`, { signal: abort.signal }, { timeoutMs: 60000 }));
  const ran = await eventually(() => isRunning(line));
  abort.abort("enough");
  return { ran, failed: (await failed) !== null, gone: await eventually(() => !isRunning(line)), after: texts(await call("echo on")) };
}

// Ends the session as a client should; what the server then answers to one more request of it.
async function endedSession() {
  const id = transport.sessionId;
  if (!id) return null;
  await transport.terminateSession();
  const answer = await fetch(plan.url, {
    method: "POST",
    headers: {
      ...plan.headers, "Content-Type": "application/json", Accept: "application/json, text/event-stream", "Mcp-Session-Id": id,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
  });
  return answer.status;
}

const seen = {
  server: client.getServerVersion().name,
  modern: isModern,
  instructions: client.getInstructions(),
  tools: (await client.listTools()).tools.map((tool) => tool.name),
  shell: texts(await call("cat brand.md; exit 3")),
  resources: await allResources(),
  templates: (await client.listResourceTemplates()).resourceTemplates.map((template) => template.uriTemplate),
  text: (await client.readResource({ uri: "lightfast://repo/brand.md" })).contents,
  blob: (await client.readResource({ uri: "lightfast://repo/logo.png" })).contents,
  missing: await failure(client.readResource({ uri: "lightfast://repo/nothing.md" })),
  prompts: (await client.listPrompts()).prompts.map((prompt) => prompt.name),
  context: (await client.getPrompt({ name: "context", arguments: { task: "a test" } })).messages[0].content.text,
  completion: (await client.complete({
    ref: { type: "ref/resource", uri: "lightfast://repo/{+path}" }, argument: { name: "path", value: "b" } })).completion,
  wrong: (await client.callTool({ name: "lightfast_shell", arguments: {} })).isError,
  progress: await progressOf("sleep 1.6"),
  cancelled: await cancelled(),
};

const watched = "lightfast://repo/brand.md";
const listening = isModern
  ? await client.listen({ resourcesListChanged: true, resourceSubscriptions: [watched, "lightfast://repo/README.md"] })
  : await client.subscribeResource({ uri: watched });
seen.honoured = listening.honoredFilter ?? null;
execFileSync("sh", ["-c", plan.change]);
seen.after = texts(await call("cat brand.md"))[0];
await eventually(() => told.some(([method]) => method.endsWith("/updated")) && told.some(([method]) => method.endsWith("/list_changed")));
seen.told = told;
await listening.close?.();
seen.endedSession = await endedSession();
await client.close();
console.log(JSON.stringify(seen));
