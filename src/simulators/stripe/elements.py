"""`/v3/`: a stand-in for Stripe.js, with which a front end shows a payment form and confirms a payment intent.

It has what a page needs of it: `elements`, `create`, `mount`, `confirmPayment` and `confirmSetup`. Instead of a card,
one chooses what happens. The confirmation goes to the API, with the client secret and the publishable key, as that of
Stripe.js does.
"""

from litestar import Response, get

from simulators.stripe.books import DECLINED, PENDING_REFUND

_SCRIPT = f""""use strict";
(() => {{
  const api = new URL(document.currentScript.src).origin;
  const CARDS = {{
    pm_card_visa: "A card that pays",
    {DECLINED}: "A card that is declined",
    {PENDING_REFUND}: "A card whose refunds take time",
  }};
  const confirm = (key, kind) => async ({{ elements, confirmParams }}) => {{
    const [intent] = elements.clientSecret.split("_secret_");
    const body = new URLSearchParams({{
      payment_method: elements.choice.value,
      client_secret: elements.clientSecret,
      key,
      return_url: confirmParams.return_url,
    }});
    const answer = await fetch(`${{api}}/v1/${{kind}}_intents/${{intent}}/confirm`, {{ method: "POST", body }});
    const found = await answer.json();
    return found.error ? {{ error: found.error }} : {{ [`${{kind}}Intent`]: found }};
  }};
  globalThis.Stripe = (key) => ({{
    elements: ({{ clientSecret }}) => {{
      const choice = document.createElement("select");
      choice.ariaLabel = "Card (simulator)";
      for (const [value, text] of Object.entries(CARDS)) choice.add(new Option(text, value));
      return {{ clientSecret, choice, create: () => ({{ mount: (place) => place.append(choice) }}) }};
    }},
    confirmPayment: confirm(key, "payment"),
    confirmSetup: confirm(key, "setup"),
  }});
}})();
"""


@get("/v3", media_type="text/javascript")
async def script() -> Response[str]:
    """The script."""
    return Response(_SCRIPT, media_type="text/javascript")
