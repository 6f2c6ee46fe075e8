"""A stand-in for Stripe, for development, the demo and tests.

It runs in its own process with its own port and store, speaks the part of Stripe's HTTP interface
the shop uses, and serves the hosted Checkout page. It imports nothing of the shop and no Django.
How to use it: ``docs/stripe-simulator.md``.
"""
