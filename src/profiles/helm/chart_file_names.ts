/** The file that makes a directory a chart. */
export const CHART_FILE = "Chart.yaml";
/** Where charts of the first version have their dependencies. */
export const REQUIREMENTS_FILE = "requirements.yaml";
