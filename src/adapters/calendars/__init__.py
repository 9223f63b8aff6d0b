"""iCalendar (RFC 5545): reads external calendar feeds and writes calendar files.

- `reader.HttpFeedReader`: the port `booking_domain.scheduling.feeds.FeedReader` over HTTP.
- `files.ICalendarFiles`: the port `booking_domain.use_cases.calendars.files.CalendarFiles`.
"""
