// What is typed before whatever depends on a controller, which may come late: it makes one revision of two changes, and
// its status comes between what kubectl reads and what it writes or compares.
export const rolledOut = 'rollout status deployment/podinfo --timeout=50s';
