// What each state of a Canary's chart is for, in a sentence: for the drawn chart, its page and who reads its JSON.
import type {Path} from './explain.ts';

type Sentences = Readonly<Record<Path, string>>;

const initialized: Sentences = {
	initialized: 'The primary serves everything, and no run is under way.',
	'initialized.resuming': 'A daemon that has just started looks at the cluster before it decides where it stands.',
	'initialized.recalling': 'A run that was under way is taken up again where its status left it.',
	'initialized.promoting': 'A promotion that was under way is taken up again.',
	'initialized.blocked': 'Something in the Canary or around it must be mended before anything is made.',
	'initialized.bootstrapping': 'The primary and its route are made for the first time.',
	'initialized.bootstrapping.creating': 'The primary is made from the target.',
	'initialized.bootstrapping.awaitingPrimary': 'The new primary becomes ready; users stay where they are until then.',
	'initialized.bootstrapping.routing': 'The primary gets all traffic.',
	'initialized.bootstrapping.refused': 'The API server refused what was to be made; it is tried again after a pause.',
	'initialized.bootstrapping.draining': 'The target finishes the requests that it has, now that it gets no more.',
	'initialized.bootstrapping.scalingDown': 'The target is scaled to zero: from now on it is the canary.',
	'initialized.superseding':
		'The target was set back to what the primary runs, so the run is ended; that is no failure.',
	'initialized.superseding.awaitingPrimary': 'The primary needs a ready pod before it can get all traffic.',
	'initialized.superseding.routing': 'The primary gets all traffic back.',
	'initialized.superseding.draining': 'The canary finishes the requests that it has.',
	'initialized.superseding.scalingDown': 'The canary is scaled to zero.',
	'initialized.mending': 'Routing or a generated object was changed or deleted, and is put right.',
	'initialized.idle': 'At rest: a run begins when the target changes.',
};

const progressing: Sentences = {
	progressing: 'The canary is brought up and gets traffic step by step.',
	'progressing.restarting': 'Another revision came, so the run starts over with that one.',
	'progressing.restarting.awaitingPrimary': 'The primary needs a ready pod before it can get all traffic.',
	'progressing.restarting.routing': 'The primary gets all traffic before the new revision gets any.',
	'progressing.scalingUp': 'The canary is scaled up, without traffic yet.',
	'progressing.scalingUp.scaling': 'The canary gets its replicas.',
	'progressing.scalingUp.rising': 'The canary and the primary become healthy; the progress deadline bounds it.',
	'progressing.routing': 'The next weight is written to the route.',
	'progressing.settling': 'The proxies take the new weight over; checks do not count yet.',
	'progressing.soaking': 'Users are on the canary at this weight, and checks judge it until the step has passed.',
};

const halted: Sentences = {
	halted: 'The run stands still where it is, for a reason; checks go on where the canary has traffic.',
	'halted.deciding': 'The first reason there is decides how the run is halted.',
	'halted.failing': 'The canary’s pods fail under traffic.',
	'halted.failing.routing': 'The primary gets all traffic at once.',
	'halted.failing.recovering': 'The canary’s pods become healthy again, without traffic; then the steps begin anew.',
	'halted.misspecified': 'The Canary says something that makes no sense, and must be corrected.',
	'halted.missingDependency': 'Something that the run needs is missing in the cluster.',
	'halted.missingDependency.deciding': 'What is missing decides whether it can be made anew.',
	'halted.missingDependency.mending': 'Generated objects that were deleted are made anew.',
	'halted.missingDependency.mendingRoute': 'The route that was deleted is made anew, with the weights of the run.',
	'halted.missingDependency.waiting': 'What is missing is somebody else’s to bring back.',
	'halted.refused': 'The API server refused a write for good.',
	'halted.refused.pausing': 'A pause passes before what was refused is tried again.',
	'halted.refused.retried': 'What was refused is tried again.',
	'halted.unhealthy': 'A workload is not healthy, though its pods under traffic do not fail.',
	'halted.paused': 'Somebody paused the run, and it goes on when somebody resumes it.',
	'halted.scaling': 'A scaler changes the number of replicas; the weight waits for that to end.',
	'halted.contested': 'Somebody else changes the route again and again, and it is not fought over any longer.',
	'halted.yielded': 'Somebody else has set other weights, and the Canary says to leave them.',
	'halted.missingData': 'The metrics do not tell: there is no value, or no answer.',
	'halted.failedCheck': 'A check failed; the run goes on when one passes, and fails when too many do.',
};

const promoting: Sentences = {
	promoting: 'The analysed revision is copied onto the primary, and users go back to it.',
	'promoting.keeping': 'The template that the primary runs is kept, so that the promotion can be taken back.',
	'promoting.copying': 'The analysed template is copied onto the primary.',
	'promoting.rolling': 'The primary rolls to the new revision; users stay on the proven canary.',
	'promoting.sheltering': 'Users are kept from pods that nobody has analysed: the target has changed meanwhile.',
	'promoting.takingBack': 'The promotion is taken back, for the analysis turned against it or somebody said so.',
	'promoting.takingBack.writing': 'The primary gets the template that it was promoted with before.',
	'promoting.takingBack.returning': 'The primary gets all traffic as soon as a pod of it is ready.',
	'promoting.routing': 'The promoted primary gets all traffic.',
};

const finished: Sentences = {
	finished: 'The revision was promoted.',
	'finished.draining': 'The canary finishes the requests that it has.',
	'finished.led': 'Somebody else keeps traffic on the canary; it is not scaled down under its users.',
	'finished.scalingDown': 'The canary is scaled to zero.',
	'finished.keeping': 'The template that was promoted is kept, for a later promotion that is taken back.',
	'finished.mending': 'Routing or a generated object was changed or deleted, and is put right.',
	'finished.idle': 'At rest after a promotion: a run begins when the target changes.',
};

const failed: Sentences = {
	failed: 'The revision was not promoted.',
	'failed.awaitingPrimary': 'The primary needs a ready pod before it can get all traffic.',
	'failed.routing': 'The primary gets all traffic back.',
	'failed.draining': 'The canary finishes the requests that it has.',
	'failed.led': 'Somebody else keeps traffic on the canary; it is not scaled down under its users.',
	'failed.scalingDown': 'The canary is scaled to zero.',
	'failed.holding': 'The promotion failed: users stay on the proven canary until the primary is healthy.',
	'failed.mending': 'Routing or a generated object was changed or deleted, and is put right.',
	'failed.idle': 'At rest after a failure: a new revision, or a retry, begins a run.',
};

/** By the state's path; a test sees to it that none is left out. */
export const descriptions: Sentences = {
	...initialized,
	...progressing,
	...halted,
	...promoting,
	...finished,
	...failed,
};
