// Reviews: everyone may do everything here, and every token is good.
import type {Json} from './json.ts';

const user = {username: 'sandbox', uid: 'sandbox', groups: ['system:masters', 'system:authenticated']};

const publicPaths = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const discoveryPaths = ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', ...publicPaths];

// What a real server's own roles give an administrator: everything, discovery, and what everybody may ask.
const rules = {
	resourceRules: [
		{verbs: ['*'], apiGroups: ['*'], resources: ['*']},
		{verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews']},
		{
			verbs: ['create'],
			apiGroups: ['authorization.k8s.io'],
			resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
		},
	],
	nonResourceRules: [
		{verbs: ['*'], nonResourceURLs: ['*']},
		{verbs: ['get'], nonResourceURLs: discoveryPaths},
		{verbs: ['get'], nonResourceURLs: publicPaths},
	],
	incomplete: false,
};

const answers: Readonly<Record<string, Json>> = {
	tokenreviews: {authenticated: true, user},
	selfsubjectreviews: {userInfo: user},
	selfsubjectaccessreviews: {allowed: true},
	selfsubjectrulesreviews: rules,
	subjectaccessreviews: {allowed: true},
	localsubjectaccessreviews: {allowed: true},
};

/** The review with its answer, or undefined when the plural is not that of a review. */
export const reviewed = (plural: string, review: Json): Json | undefined => {
	const status = answers[plural];
	return status && {...review, status};
};
