"""`/robots.txt` and `/sitemap.xml`: what search engines read, and where they find public pages."""
