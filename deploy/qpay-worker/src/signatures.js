/**
 * Signed calls between the API and this Worker, in both directions.
 *
 * A call carries three headers: `edge-timestamp` (Unix seconds), `edge-nonce` (random, used once) and `edge-signature`
 * (`v1=` and the hexadecimal HMAC-SHA256 of `signedText`). Each side signs with one key and accepts two, so that a key
 * can be replaced without an interruption.
 */

export const TOLERANCE_SECONDS = 300;

const TO_WORKER = "to-worker";
const TO_API = "to-api";
const NONCE = /^[A-Za-z0-9_-]{22,64}$/;
const TIMESTAMP = /^[1-9][0-9]{0,11}$/;
const SIGNATURE = /^v1=([0-9a-f]{64})$/;
const MIN_KEY = 32;
const encoder = new TextEncoder();

/** The headers of a signed call to the API. */
export async function signedHeaders(env, { method, url, body, now }) {
  const timestamp = String(now);
  const nonce = base64url(crypto.getRandomValues(new Uint8Array(24)));
  const text = signedText(TO_API, method, target(url), timestamp, nonce, encoder.encode(body));
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", await imported(env.EDGE_KEY), text));
  return { "edge-timestamp": timestamp, "edge-nonce": nonce, "edge-signature": `v1=${hex(signature)}` };
}

/**
 * Whether the API signed this call. `claim(nonce, timestamp)` decides about time and replay; it is asked last, so that
 * only holders of a key can fill its storage.
 */
export async function isSigned(env, request, body, claim) {
  const timestamp = request.headers.get("edge-timestamp") ?? "";
  const nonce = request.headers.get("edge-nonce") ?? "";
  const signature = SIGNATURE.exec(request.headers.get("edge-signature") ?? "");
  if (!TIMESTAMP.test(timestamp) || !NONCE.test(nonce) || signature === null) return false;
  const text = signedText(TO_WORKER, request.method, target(request.url), timestamp, nonce, body);
  for (const key of [env.EDGE_KEY, env.EDGE_ACCEPTED_KEY]) {
    // `verify` compares in constant time.
    if (key && (await crypto.subtle.verify("HMAC", await imported(key), bytes(signature[1]), text))) {
      return claim(nonce, Number(timestamp));
    }
  }
  return false;
}

/** What is signed: everything that has a meaning in the call, in an unambiguous form. */
function signedText(direction, method, path, timestamp, nonce, body) {
  const head = encoder.encode(["booking-edge-v1", direction, method, path, timestamp, nonce, ""].join("\n"));
  const text = new Uint8Array(head.length + body.length);
  text.set(head);
  text.set(body, head.length);
  return text;
}

function target(url) {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

function imported(key) {
  if (typeof key !== "string" || key.length < MIN_KEY) {
    throw new Error(`EDGE_KEY and EDGE_ACCEPTED_KEY need at least ${MIN_KEY} characters`);
  }
  return crypto.subtle.importKey("raw", encoder.encode(key), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
    "verify",
  ]);
}

export function hex(array) {
  return Array.from(array, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytes(text) {
  return Uint8Array.from(text.match(/../g), (pair) => Number.parseInt(pair, 16));
}

export function base64url(array) {
  return btoa(String.fromCharCode(...array))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
