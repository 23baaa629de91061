"""From rows to the portal's pages (exchange.web.pages.portal), one module per noun."""
