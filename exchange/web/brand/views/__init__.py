"""The brand's doors: who is it, which thing may they have, call, show. One module per noun."""
