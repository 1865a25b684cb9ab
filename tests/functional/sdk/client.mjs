// What one of the official TypeScript SDK clients gets of a server over stdio, as one JSON object on stdout.
//
//   node client.mjs CLIENT-MODULE STDIO-MODULE OPTIONS-JSON CHANGE COMMAND [ARGUMENT...]
//
// CHANGE is a shell command after which the repository has another commit.
import { execFileSync } from "node:child_process";
import { pathToFileURL } from "node:url";

const [clientModule, stdioModule, options, change, command, ...args] = process.argv.slice(2);
const { Client } = await import(pathToFileURL(clientModule));
const { StdioClientTransport } = await import(pathToFileURL(stdioModule));

const client = new Client({ name: "story", version: "1" }, { capabilities: {}, ...JSON.parse(options) });
const told = [];
client.fallbackNotificationHandler = async (notification) => void told.push(notification.method);
await client.connect(new StdioClientTransport({ command, args, stderr: "ignore" }));

const shell = (text) => client.callTool({ name: "lightfast_shell", arguments: { command: text } });
const failure = async (call) => call.then(() => null, (error) => ({ code: error.code, message: error.message }));
const seen = {
  server: client.getServerVersion().name,
  instructions: client.getInstructions(),
  tools: (await client.listTools()).tools.map((tool) => tool.name),
  shell: (await shell("cat brand.md; exit 3")).content.map((part) => part.text),
  resources: (await client.listResources()).resources.map((resource) => resource.uri),
  templates: (await client.listResourceTemplates()).resourceTemplates.map((template) => template.uriTemplate),
  text: (await client.readResource({ uri: "lightfast://repo/brand.md" })).contents,
  missing: await failure(client.readResource({ uri: "lightfast://repo/nothing.md" })),
  prompts: (await client.listPrompts()).prompts.map((prompt) => prompt.name),
  context: (await client.getPrompt({ name: "context", arguments: { task: "a test" } })).messages[0].content.text,
  completion: (await client.complete({
    ref: { type: "ref/resource", uri: "lightfast://repo/{+path}" }, argument: { name: "path", value: "b" } })).completion,
  wrong: (await client.callTool({ name: "lightfast_shell", arguments: {} })).isError,
};
execFileSync("sh", ["-c", change]);
seen.after = (await shell("cat brand.md")).content[0].text;
for (let i = 0; i < 100 && told.length === 0; ++i) await new Promise((resolve) => setTimeout(resolve, 50));
seen.told = told;
await client.close();
console.log(JSON.stringify(seen));
