// The values of one series, one for each scrape, in chunks. Most buckets of a histogram stand still, so that a chunk
// without a change takes one number. Other chunks that are over are packed into two bytes a value where they can be.
const LENGTH = 240;

/** A stretch in which nothing changed, from one scrape up to another; it ends within its chunk. */
type Still = {readonly value: number; readonly from: number; until: number};

/** Whole numbers not far from each other: their distances from the least. */
type Packed = {readonly least: number; readonly distances: Uint16Array};

type Chunk = Still | Float64Array | Packed;

const NOTHING = 0xff_ff;

/** The chunk in fewer bytes; undefined when its values are not whole or too far from each other. */
const pack = (values: Float64Array): Packed | undefined => {
	let least = Infinity;
	for (const value of values) if (value < least) least = value;
	const distances = new Uint16Array(LENGTH);
	for (const [index, value] of values.entries()) {
		const distance = value - least;
		if (distance >= NOTHING || !(Number.isInteger(distance) || Number.isNaN(value))) return undefined;
		distances[index] = Number.isNaN(value) ? NOTHING : distance;
	}

	return {least, distances};
};

const valueIn = (chunk: Chunk, scrape: number): number | undefined => {
	if (chunk instanceof Float64Array) {
		const value = chunk[scrape % LENGTH];
		return Number.isNaN(value) ? undefined : value;
	}

	if ('distances' in chunk) {
		const distance = chunk.distances[scrape % LENGTH] ?? NOTHING;
		return distance === NOTHING ? undefined : chunk.least + distance;
	}

	return scrape >= chunk.from && scrape < chunk.until ? chunk.value : undefined;
};

/** Arrays to be used again: left to the garbage collector they would pile up. */
export type Spare = Float64Array[];

const spread = ({value, from, until}: Still, spare: Spare): Float64Array => {
	const start = from % LENGTH;
	const values = spare.pop() ?? new Float64Array(LENGTH);
	return values.fill(Number.NaN).fill(value, start, start + until - from);
};

export class Column {
	/** The number of the first chunk that is kept. */
	#first = 0;
	readonly #chunks: Array<Chunk | undefined> = [];
	readonly #spare: Spare;
	#end = 0;

	/** All columns of a store share the spare arrays. */
	constructor(spare: Spare) {
		this.#spare = spare;
	}

	/** One more than the last scrape that had a value. */
	get end(): number {
		return this.#end;
	}

	/** Another column with the same past. */
	clone(): Column {
		const copy = new Column(this.#spare);
		copy.#first = this.#first;
		copy.#end = this.#end;
		for (const chunk of this.#chunks) {
			if (chunk instanceof Float64Array) copy.#chunks.push(chunk.slice());
			else copy.#chunks.push(chunk && 'value' in chunk ? {...chunk} : chunk);
		}

		return copy;
	}

	/** Stores the value of a scrape; scrapes are counted upwards. */
	put(scrape: number, value: number): void {
		const chunk = Math.floor(scrape / LENGTH);
		if (this.#chunks.length === 0) this.#first = chunk;
		const place = chunk - this.#first;
		const known = this.#chunks[place];
		this.#end = scrape + 1;
		if (known instanceof Float64Array) {
			known[scrape % LENGTH] = value;
		} else if (known === undefined) {
			this.#packLast();
			while (this.#chunks.length < place) this.#chunks.push(undefined);
			this.#chunks.push({value, from: scrape, until: scrape + 1});
		} else if ('value' in known && known.value === value && known.until === scrape) {
			known.until++;
		} else if ('value' in known) {
			const values = spread(known, this.#spare);
			values[scrape % LENGTH] = value;
			this.#chunks[place] = values;
		}
	}

	/** The value of a scrape; undefined when the series was not there. */
	get(scrape: number): number | undefined {
		const known = this.#chunks[Math.floor(scrape / LENGTH) - this.#first];
		return known && valueIn(known, scrape);
	}

	/** Forgets the chunks that lie before the scrape as a whole. */
	forgetBefore(scrape: number): void {
		const surplus = Math.floor(scrape / LENGTH) - this.#first;
		if (surplus <= 0 || this.#chunks.length === 0) return;
		this.#chunks.splice(0, surplus);
		this.#first += surplus;
	}

	#packLast(): void {
		const last = this.#chunks.at(-1);
		const packed = last instanceof Float64Array ? pack(last) : undefined;
		if (packed === undefined) return;
		this.#spare.push(last as Float64Array);
		this.#chunks[this.#chunks.length - 1] = packed;
	}
}
