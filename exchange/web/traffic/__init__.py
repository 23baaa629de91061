"""What marketplaces count themselves by tag, the same page for brand and influencer."""
