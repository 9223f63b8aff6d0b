// Takes invoices of a QPay through their lives, and prints what qpay-js makes of it as JSON.
import { QPayClient } from 'qpay-js';

const [baseUrl, step, invoiceId] = process.argv.slice(2);
const client = new QPayClient({
  baseUrl,
  username: 'SIMULATOR',
  password: 'simulator',
  invoiceCode: 'SIMULATOR_INVOICE',
  callbackUrl: 'http://127.0.0.1:9/callback',
});
const check = () =>
  client.checkPayment({ objectType: 'INVOICE', objectId: invoiceId, offset: { pageNumber: 1, pageLimit: 100 } });
const steps = {
  token: async () => {
    const first = await client.getToken();
    const second = await client.refreshToken();
    return { renewed: first.accessToken !== second.accessToken, expiresIn: first.expiresIn };
  },
  create: () =>
    client.createSimpleInvoice({
      invoiceCode: 'SIMULATOR_INVOICE',
      senderInvoiceNo: invoiceId,
      invoiceReceiverCode: 'terminal',
      invoiceDescription: 'A haircut',
      amount: 1500,
      callbackUrl: 'http://127.0.0.1:9/callback',
    }),
  check,
  cancel: async () => {
    await client.cancelInvoice(invoiceId);
    try {
      await client.cancelInvoice(invoiceId);
    } catch (error) {
      return { code: error.code, statusCode: error.statusCode };
    }
    return {};
  },
};
console.log(JSON.stringify(await steps[step]()));
