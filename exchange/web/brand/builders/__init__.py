"""From rows to the brand's pages (exchange.web.pages.brand), one module per noun. Reads only; runs
as the brand."""
