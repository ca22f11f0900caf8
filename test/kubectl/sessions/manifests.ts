// The manifests of the sessions, as files beside which kubectl is typed. NAMESPACE is put in when they are written.

/** A Deployment with quantities and probes in the manner of the walk-throughs. */
export const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: podinfo
  labels:
    app: podinfo
spec:
  replicas: 2
  selector:
    matchLabels:
      app: podinfo
  template:
    metadata:
      annotations:
        prometheus.io/scrape: "true"
      labels:
        app: podinfo
    spec:
      containers:
      - name: podinfod
        image: quay.io/stefanprodan/podinfo:1.1.1
        imagePullPolicy: IfNotPresent
        ports:
        - containerPort: 9898
          name: http
        command:
        - ./podinfo
        - --port=9898
        env:
        - name: PODINFO_UI_COLOR
          value: blue
        livenessProbe:
          exec:
            command:
            - podcli
            - check
            - http
            - localhost:9898/healthz
        readinessProbe:
          httpGet:
            path: /readyz
            port: 9898
        resources:
          limits:
            cpu: 1000m
            memory: 256Mi
          requests:
            cpu: 1m
            memory: 16Mi
`;

export const service = `apiVersion: v1
kind: Service
metadata:
  name: podinfo
  labels:
    app: podinfo
spec:
  type: ClusterIP
  selector:
    app: podinfo
  ports:
  - name: http
    port: 9898
    protocol: TCP
    targetPort: http
`;

export const autoscaler = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: podinfo
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: absent
  minReplicas: 2
  maxReplicas: 4
  metrics:
  - type: Resource
    resource:
      name: cpu
      target:
        type: Utilization
        averageUtilization: 99
`;

export const canary = `apiVersion: flagger.app/v1beta1
kind: Canary
metadata:
  name: podinfo
  labels:
    team: birds
spec:
  targetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: podinfo
  service:
    port: 9898
  analysis:
    interval: 1m
    threshold: 10
    maxWeight: 50
    stepWeight: 5
    metrics:
    - name: request-success-rate
      thresholdRange:
        min: 99
      interval: 1m
`;

/** The shape of the first walk-through. */
export const firstCanary = `apiVersion: flagger.app/v1beta1
kind: Canary
metadata:
  name: first
spec:
  targetKind: Deployment
  virtualService:
    name: podinfo
  primary:
    name: podinfo
    host: podinfo
  canary:
    name: podinfo-canary
    host: podinfo-canary
  canaryAnalysis:
    threshold: 10
    maxWeight: 50
    stepWeight: 5
    metrics:
    - name: istio_requests_total
      threshold: 99
      interval: 1m
`;

export const virtualService = `apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata:
  name: podinfo
spec:
  hosts:
  - podinfo
  http:
  - route:
    - destination:
        host: podinfo
      weight: 100
    - destination:
        host: podinfo-canary
      weight: 0
`;

/** Of a Canary, as its operator would say it; the number is its place in time. UID is put in later. */
export const event = (
	number: number,
	reason: string,
	type: string,
	message: string,
	count: number,
): string => `apiVersion: v1
kind: Event
metadata:
  name: podinfo.${number}
  namespace: NAMESPACE
involvedObject:
  apiVersion: flagger.app/v1beta1
  kind: Canary
  name: podinfo
  namespace: NAMESPACE
  uid: UID
reason: ${reason}
type: ${type}
message: ${message}
source:
  component: flagger
firstTimestamp: "2026-01-02T03:04:0${number}Z"
lastTimestamp: "2026-01-02T03:05:0${number}Z"
count: ${count}
`;

/** The text after some replacements, each of which must find something. */
export const but = (text: string, ...replacements: ReadonlyArray<readonly [from: string, to: string]>): string =>
	replacements.reduce((done, [from, to]) => {
		if (!done.includes(from)) {
			throw new Error(`there is no ${from} to replace`);
		}

		return done.replace(from, to);
	}, text);
