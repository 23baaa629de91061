"""The click explorer, for brand and influencer: what is asked, and the page that answers."""
