// An OpenID provider for tests: `node provider.mjs KEY`, with Apple's public key in base64. It prints its address.
// The person is whom `login_hint` describes, as JSON: the claims of their identity token.
import { createServer } from "node:http";
import { createPublicKey } from "node:crypto";
import { jwtVerify } from "jose";
import Provider from "oidc-provider";

const appleKey = createPublicKey(Buffer.from(process.argv[2], "base64").toString());
const people = new Map();
const server = createServer();
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const issuer = `http://127.0.0.1:${server.address().port}`;

const client = (id, secret) => ({
  client_id: id,
  client_secret: secret,
  redirect_uris: ["http://127.0.0.1:8000/api/v1/auth/openid/callback"],
  token_endpoint_auth_method: "client_secret_post",
});
const provider = new Provider(issuer, {
  clients: [client("booking", "the secret of the client"), client("other", "another secret"), client("com.example.apple", "unused")],
  scopes: ["openid", "email", "profile", "name"],
  claims: { openid: ["sub"], email: ["email", "email_verified", "hd"], profile: ["name", "given_name", "family_name", "locale"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ["for tests"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => people.get(id) }),
});

// Apple's client secrets are JSON Web Tokens that its client signs.
const compare = provider.Client.prototype.compareClientSecret;
provider.Client.prototype.compareClientSecret = async function (given) {
  if (this.clientId !== "com.example.apple") return compare.call(this, given);
  const expected = { issuer: "TEAM123456", subject: this.clientId, audience: issuer, algorithms: ["ES256"], maxTokenAge: "180d" };
  return jwtVerify(given, appleKey, expected).then(({ protectedHeader }) => protectedHeader.kid === "KEY1234567", () => false);
};

const serve = provider.callback();
server.on("request", async (request, response) => {
  if (!request.url.startsWith("/interaction/")) return serve(request, response);
  const { params } = await provider.interactionDetails(request, response);
  const claims = JSON.parse(params.login_hint);
  people.set(claims.sub, claims);
  const grant = new provider.Grant({ accountId: claims.sub, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const done = { login: { accountId: claims.sub }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, done);
});
console.log(issuer);
