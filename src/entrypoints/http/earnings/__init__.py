"""`/providers/me/earnings`, `/admin/earnings`, `/admin/commission` and `/admin/provider-payouts`."""
