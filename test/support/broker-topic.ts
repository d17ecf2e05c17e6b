/** Topic filters for the test broker, level by level and apart from those under test (section 4.7). */

/** Whether `topicFilter` matches `topicName`; a wildcard at the start does not match `$` [MQTT-4.7.2-1]. */
export function matchesTopic(topicFilter: string, topicName: string): boolean {
  const filterLevels = topicFilter.split("/");
  const nameLevels = topicName.split("/");
  if (topicName.startsWith("$") && (filterLevels[0] === "#" || filterLevels[0] === "+")) {
    return false;
  }
  for (const [index, level] of filterLevels.entries()) {
    if (level === "#") {
      return true;
    }
    const name = nameLevels[index];
    if (name === undefined || (level !== "+" && level !== name)) {
      return false;
    }
  }
  return filterLevels.length === nameLevels.length;
}

/** Not empty, `+` and `#` only as whole levels, `#` only as the last one. */
export function isTopicFilter(topicFilter: string): boolean {
  const levels = topicFilter.split("/");
  return (
    topicFilter !== "" &&
    levels.every((level, index) => {
      const isWildcard = level === "+" || (level === "#" && index === levels.length - 1);
      return isWildcard || !/[+#]/.test(level);
    })
  );
}

/** Not empty and without wildcards. */
export function isTopicName(topicName: string): boolean {
  return topicName !== "" && !/[+#]/.test(topicName);
}
