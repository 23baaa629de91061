"""What the templates are given: one frozen dataclass per page, in the context as `page`.

Views build them; templates only show them. Amounts are tiyn, rates basis points, moments aware
UTC, days `date`; codes ("on_hold", "B") become words in the templates (exchange.web.words).
README.md in templates/ lists which template takes which.
"""
