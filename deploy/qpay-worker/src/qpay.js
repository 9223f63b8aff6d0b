import { Unusable, send } from "./http.js";

/** Call QPay with the merchant's token; on 401, which has no effect, once more with another one. Throws `Unusable`. */
export async function call(env, method, path, document) {
  const tokens = env.MERCHANT_TOKEN.getByName("merchant");
  let refused = null;
  for (;;) {
    const token = await tokens.obtain(refused);
    if (token === null) throw new Unusable("no token");
    const answer = await send(`${env.QPAY_BASE_URL}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      body: document === undefined ? undefined : JSON.stringify(document),
      timeout: env.QPAY_TIMEOUT_MS,
    });
    if (answer.status !== 401 || refused !== null) return answer;
    refused = token;
  }
}

/** One page of the payments of an invoice. */
export function check(env, invoiceId, page) {
  return call(env, "POST", "/payment/check", {
    object_type: "INVOICE",
    object_id: invoiceId,
    offset: { page_number: page, page_limit: 100 },
  });
}
