// The slots of docs/library/conformance.md in JavaScript. Numbers in comments are those of its rules.
//
//     node examples/slots.mjs src/booking_domain/testing/conformance/vectors/slots-*.json    checks the vectors
//     node examples/slots.mjs < questions.jsonl    answers questions, one a line: {slots, explain}
//
// Instants are microseconds since 1970 in doubles, which are exact until 2255.
import { readFileSync } from 'node:fs'

const SECOND = 1e6, MINUTE = 60 * SECOND, DAY = 1440 * MINUTE
const ORDINAL_OF_1970 = 719163 // rule 11: 1 January of the year 1 is 1

// --- zones: the offset of an instant, the local date of an instant, the instant of a local time

const zones = new Map()

class Zone {
  constructor(name) {
    this.format = new Intl.DateTimeFormat('en-GB', {
      timeZone: name, calendar: 'iso8601', numberingSystem: 'latn', era: 'short', hourCycle: 'h23', year: 'numeric',
      month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    })
    this.days = new Map()
  }

  asked(second) { // the offset in seconds, as the platform has it
    const part = {}
    for (const { type, value } of this.format.formatToParts(second * 1000)) part[type] = Number(value)
    return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) / 1000 - second
  }

  changes(day) { // of a day in UTC: [[from, offset], …] in seconds
    let found = this.days.get(day)
    if (found === undefined) {
      found = [[day * 86400, this.asked(day * 86400)]]
      for (let at = day * 86400; at < (day + 1) * 86400; at += 21600) { // a quarter of a day has one change
        let [low, high] = [at, at + 21600]
        const before = found.at(-1)[1], after = this.asked(high)
        if (before === after) continue
        while (high - low > 1) {
          const middle = Math.floor((low + high) / 2)
          if (this.asked(middle) === before) low = middle
          else high = middle
        }
        if (high < (day + 1) * 86400) found.push([high, after])
      }
      this.days.set(day, found)
    }
    return found
  }

  offset(at) {
    return SECOND * this.changes(Math.floor(at / DAY)).findLast(([from]) => from * SECOND <= at)[1]
  }

  date(at) { // of days since 1970
    return Math.floor((at + this.offset(at)) / DAY)
  }

  instant(date, minutes) { // 7: the first of two; in a gap by the offset before it
    const wall = date * DAY + minutes * MINUTE, day = Math.floor(wall / DAY)
    const near = [day - 1, day, day + 1].flatMap((each) => this.changes(each))
    const read = near.map(([, offset]) => wall - offset * SECOND).filter((at) => at + this.offset(at) === wall)
    if (read.length) return Math.min(...read)
    const gap = near.findIndex(([from, offset], i) => i > 0 && (from + offset) * SECOND > wall && (from + near[i - 1][1]) * SECOND <= wall)
    return wall - near[gap - 1][1] * SECOND
  }

  shown(date, start, end, clocks) { // 26: when the clock shows a time from start to end, in minutes after the midnight of a date
    const from = date * DAY + start * MINUTE, to = date * DAY + end * MINUTE, parts = []
    for (let day = date - 2; day <= date + 4; day++) {
      for (const [at, offset] of this.changes(day)) if (parts.at(-1)?.[1] !== offset) parts.push([at, offset])
    }
    return parts.map(([at, offset], i) => {
      const before = parts[i - 1]?.[1] ?? offset, [next, after] = parts[i + 1] ?? [Infinity, offset]
      const since = clocks === 'first' ? at + Math.max(0, before - offset) : at
      const until = clocks === 'second' ? next - Math.max(0, offset - after) : next
      return [Math.max(since * SECOND, from - offset * SECOND), Math.min(until * SECOND, to - offset * SECOND)]
    })
  }
}

function zoneOf(name) {
  if (!zones.has(name)) zones.set(name, new Zone(name))
  return zones.get(name)
}

// --- opening hours

const weekday = (date) => (((date + 4) % 7) + 7) % 7 // 1 January 1970 was a Thursday
const dateOf = (text) => Date.parse(text) / 86400000
const minutesOf = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))

function applies(rule, date) { // 2, 4, 5
  if (rule.day !== weekday(date)) return false
  if (rule.validFrom != null && date < dateOf(rule.validFrom)) return false
  if (rule.validUntil != null && date > dateOf(rule.validUntil)) return false
  const every = rule.everyWeeks ?? 1
  return every === 1 || Math.floor((date - dateOf(rule.validFrom)) / 7) % every === 0
}

function openedOn(hours, date) { // the ranges that start on a date
  const zone = zoneOf(hours.timeZone)
  const exception = (hours.exceptions ?? []).find((each) => dateOf(each.date) === date)
  const ranges = exception ? exception.ranges ?? [] : (hours.rules ?? []).filter((rule) => applies(rule, date)) // 6
  return ranges
    .map(({ startTime, endTime }) => [minutesOf(startTime), minutesOf(endTime)])
    .map(([start, end]) => [start, end <= start ? end + 1440 : end]) // 3
    .flatMap(([start, end]) => (hours.clocks === 'elapsed' ? [[zone.instant(date, start), zone.instant(date, end)]] : zone.shown(date, start, end, hours.clocks)))
    .filter(([start, end]) => start < end)
}

function datesOf(hours, first, last) { // 24: of each date with hours, from its first opening to its last closing
  const found = new Map()
  for (let date = first; date <= last; date++) {
    const ranges = openedOn(hours, date)
    if (ranges.length) found.set(date, [Math.min(...ranges.map(([start]) => start)), Math.max(...ranges.map(([, end]) => end))])
  }
  return found
}

function openedBetween(hours, first, last) { // the merged ranges that start on these dates
  const found = []
  for (let date = first; date <= last; date++) found.push(...openedOn(hours, date))
  const merged = [] // 9
  for (const [start, end] of found.sort((one, other) => one[0] - other[0])) {
    if (merged.length && start <= merged.at(-1)[1]) merged.at(-1)[1] = Math.max(end, merged.at(-1)[1])
    else merged.push([start, end])
  }
  return merged
}

function openRanges(hours, from, to) { // with their true openings, as far as steps depend on them
  const first = Math.floor(from / DAY) - 3, last = Math.floor(to / DAY) + 2
  const near = openedBetween(hours, first, last)
  const began = near.find(([, end]) => end > from)
  return began && began[0] < (first + 2) * DAY ? openedBetween(hours, first - 70, last) : near
}

function common(one, other) {
  const found = []
  for (const [a, b] of one) for (const [c, d] of other) if (Math.max(a, c) < Math.min(b, d)) found.push([Math.max(a, c), Math.min(b, d)])
  return found
}

// --- a question

const defaults = { slotStepMinutes: 30, slotDurationMinutes: 60, bufferBeforeMinutes: 0, bufferAfterMinutes: 0, minNoticeMinutes: 0, horizonDays: 90, capacity: 1, clockChanges: 'elapsed', venue: '', travelMinutes: 0, ways: [] }

function instantOf(text) { // RFC 3339, to the microsecond
  const [, upToSeconds, fraction = '', offset] = /^(.{10}T..:..(?::..)?)(?:\.(\d+))?(.*)$/.exec(text)
  return Date.parse(upToSeconds + offset) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6))
}

const rangeOf = ({ start, end }) => ({ start: instantOf(start), end: instantOf(end) })
const overlap = (one, other) => one.start < other.end && other.start < one.end
const meet = (some, others) => some.some((one) => others.some((other) => overlap(one, other)))

function without({ start, end }, pauses) { // what remains of a range
  const edges = [start, ...pauses.flatMap((pause) => [pause.start, pause.end]), end]
  return pauses.reduce((found, _, i) => [...found, { start: edges[2 * i + 2], end: edges[2 * i + 3] }], [{ start, end: edges[1] }])
}

export class Question {
  constructor({ calendar, claims = [], now, durationMinutes }) {
    this.zone = zoneOf(calendar.timeZone)
    this.settings = { ...defaults, ...calendar.settings }
    const read = (hours) => hours && { ...hours, clocks: this.settings.clockChanges } // 26
    this.calendar = { ...read(calendar), salon: read(calendar.salon) }
    this.now = instantOf(now)
    this.length = (durationMinutes ?? this.settings.slotDurationMinutes) * MINUTE
    this.step = this.settings.slotStepMinutes * MINUTE
    this.pauses = (durationMinutes ?? this.settings.slotDurationMinutes) === this.settings.slotDurationMinutes ? this.settings.pauses ?? [] : [] // 22
    this.days = this.settings.wholeDays && this.length === this.settings.slotDurationMinutes * MINUTE ? this.length / DAY : 0 // 24
    this.services = (calendar.serviceHours ?? []).map(({ rules }) => read({ timeZone: calendar.timeZone, rules })) // 23
    this.blocks = (calendar.blocks ?? []).map(rangeOf)
    this.busy = (calendar.busy ?? []).map(rangeOf)
    this.resources = (calendar.resources ?? []).map(({ needed = 1, units }) => [needed, units.map(({ taken = [] }) => taken.map(rangeOf))])
    this.claims = claims
      .filter(({ expiresAt }) => expiresAt == null || instantOf(expiresAt) > this.now) // 13
      .map((claim) => {
        const span = rangeOf(claim)
        const blocked = { start: span.start - (claim.bufferBeforeMinutes ?? 0) * MINUTE, end: span.end + (claim.bufferAfterMinutes ?? 0) * MINUTE }
        const pauses = (claim.pauses ?? []).map(rangeOf)
        const parts = without(blocked, pauses), { venue, travelMinutes, ways } = this.settings
        const elsewhere = venue && claim.venue && claim.venue !== venue // 25
        const known = ways.find(({ venues }) => venues.includes(venue) && venues.includes(claim.venue))
        const way = elsewhere ? (known?.minutes ?? travelMinutes) * MINUTE : 0
        return { span, elsewhere, spans: without(span, pauses), parts, keepsFree: parts.map(({ start, end }) => ({ start: start - way, end: end + way })) }
      })
    this.earliest = this.now + this.settings.minNoticeMinutes * MINUTE // 16
    this.horizon = this.zone.instant(this.zone.date(this.now) + this.settings.horizonDays + 1, 0) // 17
    const periods = this.claims.map(({ span }) => this.periods(span.start))
    const full = (of, most) => new Set(most == null ? [] : periods.map(of).filter((each, _, all) => all.filter((other) => other === each).length >= most))
    this.full = [
      ['day_full', 'day', this.settings.maxPerDay],
      ['week_full', 'week', this.settings.maxPerWeek],
      ['month_full', 'month', this.settings.maxPerMonth],
      ['year_full', 'year', this.settings.maxPerYear],
    ].map(([reason, unit, most]) => [reason, unit, full((of) => of[unit], most)])
  }

  periods(at) { // 18: weeks begin on Monday
    const day = this.zone.date(at)
    const [year, month] = new Date(day * (DAY / 1000)).toISOString().split('-')
    return { day, week: Math.floor((day + 3) / 7), month: `${year}-${month}`, year }
  }

  reasonsFull(start) {
    const at = this.periods(start)
    return this.full.filter(([, unit, full]) => full.has(at[unit])).map(([reason]) => reason)
  }

  blocked({ start, end }) {
    return { start: start - this.settings.bufferBeforeMinutes * MINUTE, end: end + this.settings.bufferAfterMinutes * MINUTE }
  }

  pausesOf({ start }) { // 22
    return this.pauses.map(({ afterMinutes, minutes }) => ({ start: start + afterMinutes * MINUTE, end: start + (afterMinutes + minutes) * MINUTE }))
  }

  parts(slot) {
    return without(this.blocked(slot), this.pausesOf(slot))
  }

  inTheWay(slot) { // 13, 19, 22
    const parts = this.parts(slot)
    const same = ({ span, elsewhere }) => !elsewhere && span.start === slot.start && span.end === slot.end
    const shared = this.claims.filter(same).length < this.settings.capacity
    return this.claims.filter((claim) => meet(claim.keepsFree, parts) && !(shared && same(claim)))
  }

  lacksResource(slot) { // 21
    const blocked = this.blocked(slot)
    const free = (units) => units.filter((taken) => !taken.some((each) => overlap(each, blocked))).length
    return this.resources.some(([needed, units]) => free(units) < needed)
  }

  ranges(from, to) {
    const own = openRanges(this.calendar, from, to)
    return this.calendar.salon == null ? own : common(own, openRanges(this.calendar.salon, from, to))
  }

  steps(from, to) { // 10, 11, 15: [anchor, next anchor, closing]
    const afterClaim = this.settings.anchoring === 'after_claim'
    const days = afterClaim ? 1 : 28
    const ends = [...this.claims.flatMap(({ keepsFree }) => keepsFree.map(({ end }) => end)), ...this.busy.map(({ end }) => end)]
    const restarts = afterClaim ? ends.map((end) => Math.ceil(end / SECOND) * SECOND + this.settings.bufferBeforeMinutes * MINUTE) : []
    return this.ranges(from, to).flatMap(([opens, closes]) => {
      const midnights = []
      for (let date = this.zone.date(opens) - 1; date <= this.zone.date(Math.min(closes, to)) + 1; date++) {
        const at = (date + ORDINAL_OF_1970) % days === 0 ? this.zone.instant(date, 0) : -Infinity
        if (at >= opens) midnights.push(at)
      }
      const anchors = [opens, ...midnights.slice(1), ...restarts].filter((at) => opens <= at && at < closes)
      const ordered = [...new Set(anchors)].sort((one, other) => one - other)
      return ordered.map((anchor, i) => [anchor, ordered[i + 1] ?? closes, closes])
    })
  }

  openDates(first, last) { // 24: on which all hours meet
    const sides = [this.calendar, ...(this.calendar.salon == null ? [] : [this.calendar.salon]), ...this.services].map((hours) => datesOf(hours, first, last))
    const found = new Map()
    for (const date of sides[0].keys()) {
      if (!sides.every((side) => side.has(date))) continue
      const start = Math.max(...sides.map((side) => side.get(date)[0])), end = Math.min(...sides.map((side) => side.get(date)[1]))
      if (start < end) found.set(date, [start, end])
    }
    return found
  }

  firstDate(start) { // 24: the date that opens at a start, or its local date
    const local = this.zone.date(start), open = this.openDates(local - 1, local + 1)
    return [local, local - 1, local + 1].find((date) => open.get(date)?.[0] === start) ?? local
  }

  datesFrom(date) {
    return Array.from({ length: this.days }, (_, i) => date + i)
  }

  slotAt(start) {
    if (!this.days) return { start, end: start + this.length }
    const last = this.firstDate(start) + this.days - 1
    const [, closes] = this.openDates(last, last).get(last) ?? [0, -Infinity]
    return { start, end: closes > start ? closes : start + this.length }
  }

  wholeDays(from, to) { // 24: the starts that the hours allow; of two dates that open at once the later one counts
    const first = this.zone.date(from) - 2, last = this.zone.date(to) + 2, open = this.openDates(first, last + this.days), found = new Set()
    for (let date = first; date <= last; date++) if (this.datesFrom(date).every((each) => open.has(each))) found.add(open.get(date)[0])
    return [...found].filter((start) => from <= start && start < to).sort((one, other) => one - other)
  }

  offered(start) { // whether a start that is on the grid and open is offered
    const slot = this.slotAt(start)
    return (
      start >= this.earliest && start < this.horizon && this.reasonsFull(start).length === 0 &&
      !this.blocks.some((block) => overlap(block, slot)) && // 12
      !meet(this.busy, this.parts(slot)) && // 14
      this.inTheWay(slot).length === 0 && !this.lacksResource(slot) &&
      (this.days > 0 || this.services.every((hours) => this.inside(hours, slot))) // 23
    )
  }

  starts(from, to) { // those offered, in order
    const found = []
    from = Math.max(from, this.earliest)
    to = Math.min(to, this.horizon)
    if (from >= to) return found
    if (this.days) return this.wholeDays(from, to).filter((start) => this.offered(start))
    for (const [anchor, next, closes] of this.steps(from, to + this.length)) {
      for (let start = anchor + Math.max(0, Math.ceil((from - anchor) / this.step)) * this.step; start < Math.min(next, to) && start + this.length <= closes; start += this.step) {
        if (this.offered(start)) found.push(start)
      }
    }
    return found
  }

  inside(hours, { start, end }) {
    return openRanges(hours, start, end).some(([opens, closes]) => opens <= start && end <= closes)
  }

  closings(slot) { // 20
    const { salon, exceptions, ...usual } = this.calendar, reasons = []
    if (this.days) return this.closedDates(this.firstDate(slot.start), usual)
    if (!this.inside(this.calendar, slot)) reasons.push(this.inside(usual, slot) ? 'exception' : 'closed')
    if (salon != null && !this.inside(salon, slot)) reasons.push('salon_closed')
    if (!this.services.every((hours) => this.inside(hours, slot))) reasons.push('service_closed')
    return reasons
  }

  closedDates(first, usual) { // 24
    const dates = this.datesFrom(first), last = dates.at(-1), reasons = []
    const [own, usually, ...services] = [this.calendar, usual, ...this.services].map((hours) => datesOf(hours, first, last))
    const salon = this.calendar.salon == null ? [] : [datesOf(this.calendar.salon, first, last)]
    const apart = (one, other) => Math.max(one[0], other[0]) >= Math.min(one[1], other[1])
    const closes = (side, others) => dates.some((date) => !side.has(date) || others.some((other) => other.has(date) && apart(side.get(date), other.get(date))))
    if (own.size < this.days) reasons.push(usually.size < this.days ? 'closed' : 'exception')
    if (salon.some((side) => closes(side, [own]))) reasons.push('salon_closed')
    if (services.some((side) => closes(side, [own, ...salon, ...services]))) reasons.push('service_closed')
    return reasons
  }

  offGrid(start) {
    if (!this.days) {
      const part = this.steps(start, start + SECOND).find(([anchor, next]) => anchor <= start && start < next)
      return part !== undefined && (start - part[0]) % this.step !== 0
    }
    const first = this.firstDate(start), open = this.openDates(first, first + this.days - 1)
    return open.size === this.days && open.get(first)[0] !== start
  }

  explain(start) { // 20
    const slot = this.slotAt(start), parts = this.parts(slot), spans = without(slot, this.pausesOf(slot)), reasons = this.closings(slot)
    if (this.blocks.some((block) => overlap(block, slot))) reasons.push('block')
    const near = this.inTheWay(slot), claims = near.filter((claim) => meet(claim.parts, parts)).map((claim) => meet(claim.spans, spans))
    const busy = this.busy.filter((each) => meet([each], parts)).map((each) => meet([each], spans))
    if (claims.includes(true)) reasons.push('claimed')
    if (busy.includes(true)) reasons.push('busy')
    if (claims.includes(false) || busy.includes(false)) reasons.push('buffer')
    if (claims.length < near.length) reasons.push('travel')
    if (this.lacksResource(slot)) reasons.push('resource_taken')
    if (start < this.earliest) reasons.push('notice')
    if (start >= this.horizon) reasons.push('horizon')
    reasons.push(...this.reasonsFull(start))
    if (this.offGrid(start)) reasons.push('off_grid')
    return { reasons, before: this.nearest(start, -1), after: this.nearest(start, 1) }
  }

  nearest(start, direction) {
    const end = direction < 0 ? this.now : this.horizon
    let begin = direction < 0 ? Math.min(start, this.horizon) : Math.max(start + 1, this.now)
    for (let width = DAY; (end - begin) * direction > 0; width *= 2) {
      const until = direction < 0 ? Math.max(begin - width, end) : Math.min(begin + width, end)
      const found = this.starts(Math.min(begin, until), Math.max(begin, until))
      if (found.length) return found.at(direction < 0 ? -1 : 0)
      begin = until
    }
    return null
  }
}

const shown = (at) => (at === null ? null : `${new Date(Math.floor(at / SECOND) * 1000).toISOString().slice(0, 19)}+00:00`)

export function answer(json) {
  const question = new Question(json)
  const starts = question.starts(instantOf(json.window.from), instantOf(json.window.to))
  const explained = (json.explain ?? []).map(({ slot }) => question.explain(instantOf(slot)))
  return {
    slots: starts.map((start) => ({ start: shown(start), end: shown(question.slotAt(start).end) })),
    explain: explained.map((each) => ({ reasons: each.reasons.sort(), before: shown(each.before), after: shown(each.after) })),
  }
}

function failuresOf(vector) {
  const found = answer(vector), problems = []
  const [of, listed] = vector.expect.starts ? [({ start }) => start, vector.expect.starts.map((start) => ({ start }))] : [({ start, end }) => `${start}–${end}`, vector.expect.slots]
  const expected = listed.map(({ start, end }) => of({ start: shown(instantOf(start)), end: end && shown(instantOf(end)) }))
  if (JSON.stringify(expected) !== JSON.stringify(found.slots.map(of))) problems.push(`expected ${expected}, found ${found.slots.map(of)}`)
  vector.explain?.forEach((why, i) => {
    const mine = found.explain[i]
    if (JSON.stringify([...why.reasons].sort()) !== JSON.stringify(mine.reasons)) problems.push(`${why.slot}: expected ${why.reasons}, found ${mine.reasons}`)
    for (const side of ['before', 'after']) {
      if (side in why && (why[side] && shown(instantOf(why[side]))) !== mine[side]) problems.push(`${why.slot} ${side}: expected ${why[side]}, found ${mine[side]}`)
    }
  })
  return problems
}

if (process.argv.length > 2) {
  const vectors = process.argv.slice(2).flatMap((file) => JSON.parse(readFileSync(file, 'utf8')).slots)
  const failed = vectors.filter((vector) => {
    const problems = failuresOf(vector)
    if (problems.length) console.log(`FAILED ${vector.id}: ${vector.title}\n  ${problems.join('\n  ')}`)
    return problems.length
  })
  console.log(`${vectors.length} slot cases: ${failed.length ? `${failed.length} failed` : 'all passed'}`)
  process.exitCode = failed.length ? 1 : 0
} else {
  const lines = readFileSync(0, 'utf8').split('\n').filter(Boolean)
  process.stdout.write(lines.map((line) => `${JSON.stringify(answer(JSON.parse(line)))}\n`).join(''))
}
