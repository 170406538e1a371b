"""Whether a mail server's refusal for good is about the recipient's mailbox alone. Pure: its answer in, yes or no out.

Only such a refusal says something of the address. One about our sign-in, our address, our reputation, the content or
the whole server would be the same for every recipient (docs/decisions/0058-addresses-that-get-no-mail.md).
"""

from __future__ import annotations

import re
from typing import Literal

#: Enhanced codes (RFC 3463, RFC 7505) that say that there is no such mailbox, or that it takes mail no more.
_MAILBOX_CODES = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
#: Where a server gives one, it stands first (RFC 2034).
_ENHANCED = re.compile(r"5\.\d{1,3}\.\d{1,3}(?=\s|$)")
#: Basic codes (RFC 5321 §4.2.3, RFC 7504) that are about the mailbox, if the words do not say otherwise.
_ABOUT_THE_RECIPIENT = frozenset({550, 551, 553, 556})
_POLICY = re.compile(
    r"\b(relay|policy|spam|block|black ?list|den(y|ied)|reputation|rbl|dnsbl|spf|dkim|dmarc|auth|credential|log ?in"
    r"|sign|grey ?list|rate\b|limit|too many|sender|client host|your (ip|host|server)|content|virus|size|quota|full"
    r"|tls|encrypt|ptr|reverse|helo|ehlo|prohibited|not allowed|security)",
    re.IGNORECASE,
)
_GONE = (
    r"(no such|unknown|not known|invalid|not (a )?valid|non-?existent|not? (longer|found|exist)|disabled|inactive"
    r"|unavailable)"
)
_WHAT = r"(user|mailbox|recipient|address|account)"
_MAILBOX = re.compile(f"{_GONE}.*{_WHAT}|{_WHAT}.*{_GONE}", re.IGNORECASE)


def is_about_the_mailbox(stage: Literal["rcpt", "data"], code: int, text: str) -> bool:
    """Whether this answer to `RCPT TO`, or to the mail itself, says that this one address takes no mail for good.

    An enhanced code decides. Without one a refused recipient counts unless the words speak of policy, a refused mail
    only if they speak of the mailbox.
    """
    if not 500 <= code < 600:
        return False
    if enhanced := _ENHANCED.match(text):
        return enhanced[0] in _MAILBOX_CODES
    if code not in _ABOUT_THE_RECIPIENT or _POLICY.search(text):
        return False
    return stage == "rcpt" or _MAILBOX.search(text) is not None
