// Works with Graph as any program of Microsoft's customers would, with Microsoft's own library, and says what came.
//
//   node work.mjs ENTRA GRAPH DIRECTORY READ_ID READ_SECRET WRITE_ID WRITE_SECRET
import graph from "@microsoft/microsoft-graph-client";

const { BatchRequestContent, BatchResponseContent, Client, PageIterator } = graph;
const [entra, base, directory, readId, readSecret, writeId, writeSecret] = process.argv.slice(2);

async function client(id, secret) {
  const form = {
    client_id: id,
    client_secret: secret,
    grant_type: "client_credentials",
    scope: "https://graph.microsoft.com/.default",
  };
  const answer = await fetch(`${entra}/${directory}/oauth2/v2.0/token`, { method: "POST", body: new URLSearchParams(form) });
  const { access_token: token } = await answer.json();
  return Client.initWithMiddleware({
    authProvider: { getAccessToken: async () => token },
    baseUrl: base.replace(/v1\.0$/, ""),
    defaultVersion: "v1.0",
    customHosts: new Set([new URL(base).hostname]),
  });
}

const reader = await client(readId, readSecret);
const writer = await client(writeId, writeSecret);

const users = [];
const first = await reader.api("/users").select("id,userPrincipalName").top(5).get();
await new PageIterator(reader, first, (user) => users.push(user.id)).iterate();

let changed = 0;
let page = await reader.api("/users/delta").select("id").get();
for (changed += page.value.length; page["@odata.nextLink"]; changed += page.value.length) {
  page = await reader.api(page["@odata.nextLink"]).get();
}
const since = await reader.api(page["@odata.deltaLink"]).get();

const step = (id, action, body) => ({
  id,
  request: new Request(`https://graph.microsoft.com/users/${users[Number(id)]}/presence/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ sessionId: writeId, ...body }),
  }),
});
const call = { availability: "Busy", activity: "InACall", expirationDuration: "PT5M" };
const batch = new BatchRequestContent([
  step("0", "setPresence", call),
  step("1", "setPresence", { ...call, activity: "Busy" }),
  step("2", "clearPresence", {}),
]);
const answers = new BatchResponseContent(await writer.api("/$batch").post(await batch.getContent()));

const read = await reader.api("/communications/getPresencesByUserId").post({ ids: users.slice(0, 2) });
const activity = (id) => read.value.find((presence) => presence.id === id)?.activity;

let missing;
try {
  await reader.api("/users/66825e03-7ef5-42da-9069-724602c31f6b/presence").get();
} catch (error) {
  missing = { status: error.statusCode, code: error.code };
}

console.log(
  JSON.stringify({
    users: users.length,
    changed,
    since: since.value.length,
    statuses: ["0", "1", "2"].map((id) => answers.getResponseById(id).status),
    activities: users.slice(0, 2).map(activity),
    missing,
  }),
);
