"""iCalendar (RFC 5545): external calendars read, and our own written.

- `reader.HttpFeedReader`: the port `booking_domain.scheduling.feeds.FeedReader` over HTTP.
- `files.ICalendarFiles`: the port `booking_domain.workflows.calendar_files.CalendarFiles`.
"""
