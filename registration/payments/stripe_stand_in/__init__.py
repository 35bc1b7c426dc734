"""What stands in for Stripe in the demo and in the tests: the same addresses, answers, errors and notices, no money.

The product speaks to it through the official client, which only has another address. What Stripe does not have
(a clock that can be moved, troubles that can be asked for, forgetting everything) lies below `/stand-in/`.
It keeps what it knows in one SQLite file, listens on 127.0.0.1 only, and starts in the demo only.

    parameters → api → checkouts, intents, refunds → events → deliveries        all of them on `store`
                 pages (what a payer sees)   controls (what Stripe does not have)   server (HTTP)
"""
