import { DurableObject } from "cloudflare:workers";

import { TOLERANCE_SECONDS } from "./signatures.js";

/** The nonces of the calls that were accepted, kept for as long as their timestamps are. One object for all calls. */
export class Nonces extends DurableObject {
  constructor(state, env) {
    super(state, env);
    this.sql = state.storage.sql;
    this.sql.exec(`
      CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS nonces_by_expiry ON nonces (expires_at);
    `);
  }

  /**
   * Whether the timestamp is recent and the nonce new. Both are decided with one reading of the clock: a nonce is
   * deleted only when its timestamp is refused.
   */
  claim(nonce, timestamp) {
    const now = Date.now() / 1000;
    if (Math.abs(now - timestamp) > TOLERANCE_SECONDS) return false;
    this.sql.exec("DELETE FROM nonces WHERE expires_at < ?", now);
    const inserted = this.sql.exec(
      "INSERT INTO nonces (nonce, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING nonce",
      nonce,
      timestamp + TOLERANCE_SECONDS,
    );
    return inserted.toArray().length === 1;
  }
}
