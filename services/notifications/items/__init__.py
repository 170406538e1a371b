"""Items of engagements' programs: what their mails say (the bell, S1.13, S1.14)."""
