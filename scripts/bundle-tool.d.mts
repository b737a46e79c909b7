export function bundleTool(root: string, file: string): Promise<string>;
