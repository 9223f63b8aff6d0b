"""The gateways' books compared with the platform's."""
