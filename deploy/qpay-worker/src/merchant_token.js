import { DurableObject } from "cloudflare:workers";

import { Unusable, send } from "./http.js";

const MARGIN_SECONDS = 60;
/** Smaller values of `expires_in` (before 2001) are durations, as in OAuth. QPay sends an absolute Unix time. */
const MIN_TIMESTAMP = 1_000_000_000;
const VISIBLE_ASCII = /^[!-~]+$/;

/** The merchant's access token. A login revokes the previous token, so all calls share the one in this object. */
export class MerchantToken extends DurableObject {
  constructor(state, env) {
    super(state, env);
    this.sql = state.storage.sql;
    this.renewal = null;
    this.sql.exec(`
      CREATE TABLE IF NOT EXISTS token (
        id INTEGER PRIMARY KEY CHECK (id = 1), access TEXT NOT NULL, expires_at INTEGER NOT NULL
      )
    `);
  }

  /** A token other than `refused`, from a login if need be; null if QPay gives none. Only one login runs at a time. */
  async obtain(refused) {
    const stored = this.stored();
    if (stored !== null && stored !== refused) return stored;
    this.renewal ??= this.logIn().finally(() => {
      this.renewal = null;
    });
    try {
      return await this.renewal;
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      console.warn(`no token from QPay: ${error.message}`);
      return null;
    }
  }

  stored() {
    const [row] = this.sql.exec("SELECT access, expires_at FROM token").toArray();
    return row !== undefined && Date.now() / 1000 < row.expires_at - MARGIN_SECONDS ? row.access : null;
  }

  async logIn() {
    const { QPAY_BASE_URL, QPAY_USERNAME, QPAY_PASSWORD } = this.env;
    const credentials = String.fromCharCode(...new TextEncoder().encode(`${QPAY_USERNAME}:${QPAY_PASSWORD}`));
    const answer = await send(`${QPAY_BASE_URL}/auth/token`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(credentials)}` },
      timeout: this.env.QPAY_TIMEOUT_MS,
    });
    const { access_token: access, expires_in: expiresIn } = answer.json() ?? {};
    if (!answer.ok || typeof access !== "string" || !VISIBLE_ASCII.test(access) || !(Number(expiresIn) >= 0)) {
      throw new Unusable(`status ${answer.status} to the login`);
    }
    const seconds = Math.trunc(Number(expiresIn));
    const expiresAt = seconds >= MIN_TIMESTAMP ? seconds : Math.trunc(Date.now() / 1000) + seconds;
    this.sql.exec("INSERT OR REPLACE INTO token (id, access, expires_at) VALUES (1, ?, ?)", access, expiresAt);
    return access;
  }
}
