// Objects of the cache are never changed, only replaced: what follows from one has to be reckoned once.

/** Remembers what came of each object for as long as that object is held by somebody. */
export const oncePerObject = <Key extends object, Value>(reckon: (key: Key) => Value): ((key: Key) => Value) => {
	const known = new WeakMap<Key, {readonly value: Value}>();
	return (key) => {
		const found = known.get(key) ?? {value: reckon(key)};
		known.set(key, found);
		return found.value;
	};
};
