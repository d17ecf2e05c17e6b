/** Which filter of a shape matches a topic name, and which shapes there are. */

import { describe, expect, test } from "vitest";
import { addShape, FilterShape, NO_SHAPES, removeShape } from "../../src/mqtt/filter-shapes.js";
import { hasWildcard, topicMatches } from "../../src/mqtt/topic.js";

function finds(topicFilter: string, topicName: string): boolean {
  return new FilterShape(topicFilter).filterFor(topicName) === topicFilter;
}

/** All texts of one to so many of the levels. */
function combinations(levels: readonly string[], most: number): string[] {
  if (most === 0) return [];
  const shorter = combinations(levels, most - 1);
  const longer = shorter.flatMap((start) => levels.map((level) => `${start}/${level}`));
  return [...new Set([...levels, ...shorter, ...longer])];
}

describe("a shape gives a filter for a topic name", () => {
  test("with its wildcards put in where they are in the shape, subscribed or not", () => {
    expect(new FilterShape("a/+/b/#").filterFor("x/y/z/1/2")).toBe("x/+/z/#");
    expect(new FilterShape("+").filterFor("x")).toBe("+");
    expect(new FilterShape("#").filterFor("x/y")).toBe("#");
    expect(new FilterShape("a/+").filterFor("\u{1f600}/é")).toBe("\u{1f600}/+");
  });

  test("also when the name ends where # would begin (4.7.1.2)", () => {
    expect(new FilterShape("a/b/#").filterFor("x/y")).toBe("x/y/#");
    expect(new FilterShape("a/b/#").filterFor("x")).toBeUndefined();
  });

  test("not when the name has another number of levels, empty ones counted", () => {
    const shape = new FilterShape("a/+");
    expect([shape.filterFor("x"), shape.filterFor("x/y/"), shape.filterFor("/x/y")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([shape.filterFor("/"), shape.filterFor("/x"), shape.filterFor("x/")]).toEqual(["/+", "/+", "x/+"]);
  });

  test("not when a wildcard would stand for a name's first $ [MQTT-4.7.2-1]", () => {
    for (const topicFilter of ["#", "+", "+/#", "+/a"]) {
      expect(new FilterShape(topicFilter).filterFor("$SYS/a")).toBeUndefined();
    }
    expect(new FilterShape("a/+").filterFor("$SYS/a")).toBe("$SYS/+");
    expect(new FilterShape("+/a").filterFor("a/$")).toBe("+/$");
  });

  test("so that it finds exactly the filters that match, of all small ones", () => {
    const names = combinations(["", "a", "$a"], 3).filter((name) => name !== "");
    const filters = combinations(["", "a", "$a", "+"], 3)
      .flatMap((filter) => [filter, `${filter}/#`])
      .concat("#")
      .filter(hasWildcard);
    const wrong: string[] = [];
    for (const filter of filters) {
      for (const name of names) {
        if (finds(filter, name) !== topicMatches(filter, name)) wrong.push(`${filter} ${name}`);
      }
    }
    expect(filters).toHaveLength(130);
    expect(names).toHaveLength(38);
    expect(wrong).toEqual([]);
  });
});

describe("65,536 levels", () => {
  const name = "/".repeat(65_535);

  test("of a topic name are looked at no further than a filter goes", () => {
    expect(new FilterShape("#").filterFor(name)).toBe("#");
    expect(new FilterShape("+/+").filterFor(name)).toBeUndefined();
    expect(new FilterShape("+/a/#").filterFor(name)).toBe("+//#");
  });

  test("of a filter are found again", () => {
    expect(finds(`${"/".repeat(65_534)}+`, name)).toBe(false);
    for (const topicFilter of [`${name}+`, `${"+/".repeat(65_535)}+`, `${"/+".repeat(65_535)}/#`]) {
      expect(finds(topicFilter, name)).toBe(true);
      expect(finds(topicFilter, "a")).toBe(false);
    }
  });
});

describe("the shapes of some filters", () => {
  test("are one for all that have their wildcards at the same levels", () => {
    let shapes = NO_SHAPES;
    for (const topicFilter of ["a/+/#", "b/+/#", "/+/#"]) shapes = addShape(shapes, topicFilter);
    expect(shapes).toHaveLength(1);
    for (const topicFilter of ["+/a/#", "a/+", "a/+/b", "+/+/#", "a/#", "+/#", "#"]) {
      shapes = addShape(shapes, topicFilter);
    }
    expect(shapes).toHaveLength(8);
  });

  test("go with the last filter of each, and stay in their order", () => {
    let shapes = NO_SHAPES;
    for (const topicFilter of ["a/+", "#", "b/+", "+/a"]) shapes = addShape(shapes, topicFilter);
    const found = () => shapes.map((shape) => shape.filterFor("x/y"));
    shapes = removeShape(shapes, "a/+");
    expect(found()).toEqual(["x/+", "#", "+/y"]);
    shapes = removeShape(shapes, "#");
    expect(found()).toEqual(["x/+", "+/y"]);
    shapes = removeShape(shapes, "b/+");
    shapes = removeShape(shapes, "+/a");
    shapes = removeShape(shapes, "+/a");
    expect(shapes).toBe(NO_SHAPES);
  });
});
