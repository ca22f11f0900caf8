// Package controlplane holds no code: it keeps Istio's API, whose CRDs build-assets.ts copies out, in go.mod.
package controlplane

import _ "istio.io/api/annotation"
