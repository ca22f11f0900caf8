// What a replica that follows answers: who leads, and how to get there. It asks nobody on behalf of its callers, for
// their tokens are not to be sent to an address that only a Lease names.
import {Refusal} from '../../services/web/refusal.ts';

export type Leader = {
	/** As the Lease names it; empty when it is not known. */
	readonly pod: string;
	readonly namespace: string | undefined;
	readonly port: number;
};

/** A pod's name, which a shell takes as it is. */
const podName = /^[a-z\d][a-z\d.-]{0,252}$/;

export const whereToAsk = ({pod, namespace, port}: Leader): Refusal => {
	const isKnown = podName.test(pod);
	const place = namespace === undefined ? '' : ` -n ${namespace}`;
	const way = isKnown ? `; or go there by kubectl${place} port-forward pod/${pod} ${port}` : '';
	return new Refusal(
		'following',
		`another replica looks after the Canaries${isKnown ? `: ${pod}` : ''}`,
		`ask again: the Service may take you to it${way}`,
		{
			'retry-after': '1',
			// The next connection may lead to the other one.
			connection: 'close',
		},
	);
};
