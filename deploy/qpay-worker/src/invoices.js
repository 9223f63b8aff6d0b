import { DurableObject } from "cloudflare:workers";

const DAY = 24 * 60 * 60;
const ANSWERS_DAYS = 1;
const INVOICES_DAYS = 400;

/** The invoices that were asked for: whom to tell of their payment, and the answer to a repeated request. */
export class Invoices extends DurableObject {
  constructor(state, env) {
    super(state, env);
    this.sql = state.storage.sql;
    this.sql.exec(`
      CREATE TABLE IF NOT EXISTS invoices (
        order_number TEXT PRIMARY KEY,
        request TEXT NOT NULL,
        callback_hash TEXT NOT NULL UNIQUE,
        invoice_id TEXT,
        answer TEXT,
        created_at INTEGER NOT NULL
      );
      CREATE INDEX IF NOT EXISTS invoices_by_time ON invoices (created_at);
    `);
  }

  /**
   * Reserve an order number. `{reserved: true}` for the first caller, who alone may create the invoice. Otherwise
   * `answer` is what was answered to the same request; null if the request differs, or nothing is known of its result.
   */
  reserve(orderNumber, request, callbackHash) {
    const now = Math.trunc(Date.now() / 1000);
    this.sql.exec("DELETE FROM invoices WHERE created_at < ?", now - INVOICES_DAYS * DAY);
    this.sql.exec(
      "UPDATE invoices SET answer = NULL WHERE created_at BETWEEN ? AND ? AND answer IS NOT NULL",
      now - (ANSWERS_DAYS + 1) * DAY,
      now - ANSWERS_DAYS * DAY,
    );
    const inserted = this.sql.exec(
      `INSERT INTO invoices (order_number, request, callback_hash, created_at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO NOTHING RETURNING order_number`,
      orderNumber,
      request,
      callbackHash,
      now,
    );
    if (inserted.toArray().length === 1) return { reserved: true, answer: null };
    const [row] = this.sql.exec("SELECT request, answer FROM invoices WHERE order_number = ?", orderNumber).toArray();
    return { reserved: false, answer: row?.request === request ? row.answer : null };
  }

  /** Store the invoice that QPay created. */
  created(orderNumber, invoiceId, answer) {
    this.sql.exec(
      "UPDATE invoices SET invoice_id = ?, answer = ? WHERE order_number = ?",
      invoiceId,
      answer,
      orderNumber,
    );
  }

  /** The request and QPay's id of the invoice whose callback address has a token with this hash; null if none has. */
  ofCallback(callbackHash) {
    const [row] = this.sql
      .exec("SELECT request, invoice_id AS invoiceId FROM invoices WHERE callback_hash = ?", callbackHash)
      .toArray();
    return row ?? null;
  }
}
