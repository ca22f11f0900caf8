/** Which Kubernetes the embedded API server says that it is. */
export const VERSION = 'v1.36.0';
