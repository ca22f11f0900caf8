import test from 'ava';
import {isSameShare, noShare} from '../../api/shares.ts';

const byHeader = {headers: {'x-canary': {exact: 'always'}, cookie: {regex: 'canary=1'}}};

test('shares are the same when they send the same requests the same way, however they are written', (t) => {
	t.true(isSameShare({canary: 0}, noShare));
	t.true(isSameShare({canary: 5, mirrored: 0}, {canary: 5}));
	t.true(isSameShare({canary: 5, match: []}, {canary: 5}));
	t.true(isSameShare({canary: 0, match: [byHeader]}, noShare));
	const reordered = {headers: {cookie: {regex: 'canary=1'}, 'x-canary': {exact: 'always'}}};
	t.true(isSameShare({canary: 100, match: [byHeader]}, {canary: 100, match: [reordered]}));
});

test('another weight, mirror or rule is another share', (t) => {
	t.false(isSameShare({canary: 5}, {canary: 10}));
	t.false(isSameShare({canary: 0, mirrored: 100}, noShare));
	t.false(isSameShare({canary: 100, match: [byHeader]}, {canary: 100}));
	t.false(isSameShare({canary: 100, match: [byHeader, {uri: {prefix: '/'}}]}, {canary: 100, match: [byHeader]}));
});
