/**
 * The edge of the payment gateway. It alone holds QPay's credentials.
 *
 * The API calls `POST /worker/qpay/…` with signed requests. QPay calls `/worker/qpay/webhook`, whose address contains
 * an unguessable token; the Worker asks QPay whether the payment exists, and calls the API with a signed request.
 */

import { Unusable, bounded, parsed, send } from "./http.js";
import { base64url, hex, isSigned, signedHeaders } from "./signatures.js";
import * as qpay from "./qpay.js";

export { Invoices } from "./invoices.js";
export { MerchantToken } from "./merchant_token.js";
export { Nonces } from "./nonces.js";

const MAX_BODY_BYTES = 64 * 1024;
const MAX_CALLBACK_URL = 255;
const MAX_DESCRIPTION = 255;
const MAX_AMOUNT = 9_999_999_999_00;
const ID = /^[A-Za-z0-9-]{1,64}$/;
const ORDER_NUMBER = /^[A-Za-z0-9]{1,45}$/;
/** How QPay says that it understood a request and refuses it. 401 and 429 are about the merchant's access. */
const REFUSALS = new Set([400, 403, 404, 409, 422]);
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/;

/** What the API may ask for, by path. Each takes the environment and the JSON object of the body. */
const SIGNED = {
  "/worker/qpay/invoice": createInvoice,
  "/worker/qpay/check": (env, { qpayInvoiceId, page }) =>
    relayed(env, { qpayInvoiceId: isId(qpayInvoiceId), page: isPage(page) }, () =>
      qpay.check(env, qpayInvoiceId, page),
    ),
  "/worker/qpay/cancel": (env, { qpayInvoiceId }) =>
    relayed(env, { qpayInvoiceId: isId(qpayInvoiceId) }, () => qpay.call(env, "DELETE", `/invoice/${qpayInvoiceId}`)),
  "/worker/qpay/refund": (env, { qpayPaymentId, note }) =>
    relayed(env, { qpayPaymentId: isId(qpayPaymentId), note: isText(note, 255) }, () =>
      qpay.call(env, "DELETE", `/payment/refund/${qpayPaymentId}`, { note }),
    ),
  "/worker/qpay/lookup": (env, { qpayInvoiceId }) => lookup(env, qpayInvoiceId),
  "/worker/qpay/payments": (env, { start, end, page }) =>
    relayed(env, { start: isText(start, 40), end: isText(end, 40), page: isPage(page) }, () =>
      qpay.call(env, "POST", "/payment/list", {
        object_type: "INVOICE",
        object_id: env.QPAY_INVOICE_CODE,
        start_date: start,
        end_date: end,
        offset: { page_number: page, page_limit: 100 },
      }),
    ),
};

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    try {
      if (pathname === "/worker/qpay/webhook") {
        return ["GET", "POST"].includes(request.method) ? await webhook(env, request) : notAllowed("GET, POST");
      }
      const operation = Object.hasOwn(SIGNED, pathname) ? SIGNED[pathname] : null;
      if (operation === null) return problem(404, "NOT_FOUND");
      return request.method === "POST" ? await signed(env, request, operation) : notAllowed("POST");
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      console.warn(`${pathname}: ${error.message}`);
      return problem(502, "QPAY_UNAVAILABLE");
    }
  },
};

async function signed(env, request, operation) {
  let body;
  try {
    body = await bounded(request.body, MAX_BODY_BYTES);
  } catch {
    return problem(413, "BODY_TOO_LARGE");
  }
  const nonces = env.NONCES.getByName("to-worker");
  if (!(await isSigned(env, request, body, (nonce, timestamp) => nonces.claim(nonce, timestamp)))) {
    console.warn("a call without a valid signature was refused");
    return problem(401, "INVALID_SIGNATURE");
  }
  const document = parsed(new TextDecoder().decode(body));
  return document === null ? problem(400, "INVALID_JSON") : operation(env, document);
}

/** Create an invoice, once per order number: QPay would create a second one that can be paid, too. */
async function createInvoice(env, order) {
  const invalid = invalidFields({
    bookingId: isId(order.bookingId),
    amount: Number.isSafeInteger(order.amount) && order.amount > 0 && order.amount <= MAX_AMOUNT,
    returnUrl: isUrl(order.returnUrl),
    notifyUrl: isUrl(order.notifyUrl) && new URL(order.notifyUrl).origin === new URL(env.API_URL).origin,
    orderNumber: order.orderNumber === undefined || matches(ORDER_NUMBER, order.orderNumber),
    description: order.description === undefined || isText(order.description, MAX_DESCRIPTION),
    expiresAt: order.expiresAt == null || matches(INSTANT, order.expiresAt),
  });
  if (invalid !== null) return invalid;
  const orderNumber = order.orderNumber ?? crypto.randomUUID().replaceAll("-", "");
  const token = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const callbackUrl = `${env.PUBLIC_URL}/worker/qpay/webhook?token=${token}`;
  if (callbackUrl.length > MAX_CALLBACK_URL) throw new Error("PUBLIC_URL is too long for QPay");
  const invoices = env.INVOICES.getByName("merchant");
  const { reserved, answer } = await invoices.reserve(orderNumber, JSON.stringify(order), await hashed(token));
  if (answer !== null) return json(200, answer);
  if (!reserved) return problem(409, "ORDER_NUMBER_USED");
  const created = await qpay.call(env, "POST", "/invoice", {
    invoice_code: env.QPAY_INVOICE_CODE,
    sender_invoice_no: orderNumber,
    invoice_receiver_code: "terminal",
    invoice_description: order.description || orderNumber,
    amount: order.amount / 100,
    callback_url: callbackUrl,
    allow_partial: false,
    allow_exceed: false,
  });
  const invoice = created.json() ?? {};
  if (REFUSALS.has(created.status) && typeof invoice.error === "string") return problem(422, "REFUSED_BY_QPAY");
  if (!created.ok || !isId(invoice.invoice_id) || typeof invoice.qr_text !== "string" || invoice.qr_text === "") {
    throw new Unusable(`status ${created.status} to the creation of an invoice`);
  }
  const text = JSON.stringify({
    qpayInvoiceId: invoice.invoice_id,
    qrUrl: invoice.qr_image ? `data:image/png;base64,${invoice.qr_image}` : null,
    qrText: invoice.qr_text,
    checkoutUrl: invoice.qPay_shortUrl ?? null,
    deepLinks: (Array.isArray(invoice.urls) ? invoice.urls : []).map((url) => ({
      name: url?.name ?? null,
      link: url?.link ?? url?.qPay_deeplink ?? null,
    })),
    expiresAt: order.expiresAt ?? null,
  });
  await invoices.created(orderNumber, invoice.invoice_id, text);
  return json(200, text);
}

/** The order number and the status of an invoice. The rest stays here: it contains the callback address, whose token is a secret. */
async function lookup(env, qpayInvoiceId) {
  const invalid = invalidFields({ qpayInvoiceId: isId(qpayInvoiceId) });
  if (invalid !== null) return invalid;
  const answer = await qpay.call(env, "GET", `/invoice/${qpayInvoiceId}`);
  const { sender_invoice_no, invoice_status, error } = answer.json() ?? {};
  const body = JSON.stringify(answer.ok ? { sender_invoice_no, invoice_status } : { error });
  return json(200, JSON.stringify({ status: answer.status, body }));
}

/** A callback of QPay. Its token says which invoice it is about; what was paid, only QPay's own answer says. */
async function webhook(env, request) {
  const token = new URL(request.url).searchParams.get("token") ?? "";
  const invoice = await env.INVOICES.getByName("merchant").ofCallback(await hashed(token));
  if (invoice === null) return problem(404, "UNKNOWN_TOKEN");
  if (invoice.invoiceId === null) return problem(503, "NOT_YET");
  let status;
  try {
    status = (await isPaid(env, invoice.invoiceId)) ? "paid" : "unpaid";
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    status = "unknown"; // the API remembers to ask
  }
  if (status === "unpaid") return problem(503, "NOT_YET");
  const told = await tellApi(env, JSON.parse(invoice.request), invoice.invoiceId, status);
  if (!told || status === "unknown") return problem(503, "TRY_AGAIN");
  return new Response("SUCCESS", { headers: { "content-type": "text/plain; charset=utf-8" } });
}

async function isPaid(env, invoiceId) {
  const answer = await qpay.check(env, invoiceId, 1);
  const rows = answer.json()?.rows;
  if (!answer.ok || !Array.isArray(rows)) throw new Unusable(`status ${answer.status} to a check`);
  return rows.some((row) => row?.payment_status === "PAID");
}

/** Notify the API, which asks for the amount itself. Returns whether it has taken the notification. */
async function tellApi(env, order, invoiceId, status) {
  const body = JSON.stringify({
    bookingId: order.bookingId,
    qpayInvoiceId: invoiceId,
    status,
  });
  const now = Math.trunc(Date.now() / 1000);
  try {
    const headers = await signedHeaders(env, { method: "POST", url: order.notifyUrl, body, now });
    const answer = await send(order.notifyUrl, { method: "POST", headers, body, timeout: env.API_TIMEOUT_MS });
    if (!answer.ok) console.warn(`the API answers ${answer.status} to a notification`);
    return answer.ok;
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    console.warn(`the API: ${error.message}`);
    return false;
  }
}

/** Do an operation if its fields are valid. The answer is QPay's status and body, verbatim. */
async function relayed(env, fields, operation) {
  const invalid = invalidFields(fields);
  if (invalid !== null) return invalid;
  const answer = await operation();
  return json(200, JSON.stringify({ status: answer.status, body: answer.text }));
}

/** 422 with the names of the fields that are not valid; null if all are. */
function invalidFields(checks) {
  const fields = Object.keys(checks).filter((name) => !checks[name]);
  return fields.length === 0 ? null : json(422, JSON.stringify({ error: "INVALID_FIELDS", fields }));
}

function isId(value) {
  return matches(ID, value);
}

/** Whether a value is a text of this form: `test` alone would take an array that reads like one. */
function matches(form, value) {
  return typeof value === "string" && form.test(value);
}

function isPage(value) {
  return Number.isInteger(value) && value >= 1 && value <= 1_000;
}

function isText(value, most) {
  return typeof value === "string" && value.length <= most;
}

/** Whether `fetch` can call it: it refuses a user name in an address, and sends no fragment. */
function isUrl(value) {
  if (!isText(value, 2_000) || !/^https?:\/\//.test(value) || !URL.canParse(value)) return false;
  const { username, password, hash } = new URL(value);
  return username === "" && password === "" && hash === "";
}

async function hashed(token) {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token))));
}

function json(status, text) {
  return new Response(text, {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
  });
}

function problem(status, error) {
  return json(status, JSON.stringify({ error }));
}

function notAllowed(methods) {
  const answer = problem(405, "METHOD_NOT_ALLOWED");
  answer.headers.set("allow", methods);
  return answer;
}
