const DEFAULT_TIMEOUT_MS = 8_000;
const MAX_RESPONSE_BYTES = 1024 * 1024;
const decoder = new TextDecoder("utf-8", { fatal: true });

/** No usable response. The message never quotes the response, which may contain secrets. */
export class Unusable extends Error {}

/** Send a request and read the bounded response. Throws `Unusable`. */
export async function send(url, { method, headers, body, timeout }) {
  const signal = AbortSignal.timeout(Number(timeout ?? DEFAULT_TIMEOUT_MS));
  try {
    const response = await fetch(url, {
      method,
      headers: { accept: "application/json", "content-type": "application/json", ...headers },
      body,
      redirect: "manual",
      signal,
    });
    const text = decoder.decode(await bounded(response.body, MAX_RESPONSE_BYTES));
    return { status: response.status, ok: response.ok, text, json: () => parsed(text) };
  } catch (error) {
    if (error instanceof Unusable) throw error;
    throw new Unusable(signal.aborted ? "no response in time" : `no response (${error?.name})`);
  }
}

/** The bytes of a body. Throws `Unusable` if it is longer than `most`. */
export async function bounded(stream, most) {
  if (stream === null) return new Uint8Array();
  const chunks = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > most) throw new Unusable(`more than ${most} bytes`);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** The JSON object in a text; null if there is none. */
export function parsed(text) {
  try {
    const document = JSON.parse(text);
    return typeof document === "object" && !Array.isArray(document) ? document : null;
  } catch {
    return null;
  }
}
