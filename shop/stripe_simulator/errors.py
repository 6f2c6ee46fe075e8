"""The refusals of Stripe's interface, with the types and codes its SDK turns into exceptions."""

from __future__ import annotations

from typing import Any

Obj = dict[str, Any]


class ApiError(Exception):
    """One refusal, as Stripe would word and number it.

    ``began`` says that work had begun before the refusal: what was written is kept, and the answer
    is stored under the Idempotency-Key, exactly as Stripe stores it.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        began: bool = False,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind
        self.code = code
        self.param = param
        self.began = began
        self.extra = extra

    def body(self, request_id: str) -> Obj:
        """The JSON body that the SDK reads."""
        error: Obj = {"message": self.message, "type": self.kind}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        if self.param:
            error["param"] = self.param
        error.update({name: value for name, value in self.extra.items() if value is not None})
        error["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
        return {"error": error}


def missing(param: str) -> ApiError:
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown(param: str) -> ApiError:
    return ApiError(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def unsupported(param: str, what: str) -> ApiError:
    """Stripe can do this, the simulator cannot; better loud than silently different."""
    return ApiError(f"The Stripe simulator does not support {what}.", param=param)


def not_found(kind: str, object_id: str, param: str) -> ApiError:
    return ApiError(
        f"No such {kind}: '{object_id}'", status=404, code="resource_missing", param=param
    )


def unexpected_state(intent: Obj, verb: str, done: str, allowed: tuple[str, ...]) -> ApiError:
    """A PaymentIntent is asked for something its status no longer allows."""
    return ApiError(
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. "
        f"Only a PaymentIntent with one of the following statuses may be {done}: "
        f"{', '.join(allowed)}.",
        code="payment_intent_unexpected_state",
        began=True,
        payment_intent=intent,
    )
