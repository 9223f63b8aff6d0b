// The arrows move between the bookable days of a month, Home and End to the first and last of them.
export default class Calendar {
  constructor(table) {
    this.days = [...table.querySelectorAll("a")];
    this.back = getComputedStyle(table).direction === "rtl" ? "ArrowRight" : "ArrowLeft";
    table.addEventListener("keydown", (event) => this.move(event));
  }

  move(event) {
    const at = this.days.indexOf(document.activeElement);
    const to = { [this.back]: at - 1, [this.back === "ArrowLeft" ? "ArrowRight" : "ArrowLeft"]: at + 1,
      Home: 0, End: this.days.length - 1, ArrowUp: this.weekAway(at, -1), ArrowDown: this.weekAway(at, 1) }[event.key];
    if (at >= 0 && to !== undefined && this.days[to]) {
      event.preventDefault();
      this.days[to].focus();
    }
  }

  weekAway(at, by) {
    const cell = this.days[at]?.closest("td");
    let row = cell?.parentElement;
    while ((row = by < 0 ? row?.previousElementSibling : row?.nextElementSibling)) {
      const day = row.cells[cell.cellIndex].querySelector("a");
      if (day) return this.days.indexOf(day);
    }
    return undefined;
  }
}
