#!/usr/bin/env bash
# What CloudWatch's own client sends today, and what moto answers where CloudWatch would calculate.
#
# Subject: boto3 and botocore 1.43.11, moto 5.2.1 (PyPI), GetMetricData.
# Guess: CloudWatch is the AWS Query protocol: a form goes out, XML comes back. moto refuses an Expression that it
#   cannot calculate.
# Seen: the service's model (in botocore) names smithy-rpc-v2-cbor first, then json, and query last; boto3 sends JSON 1.0
#   with an X-Amz-Target and reads JSON with times as numbers. moto answers each Expression, also of metrics it has, with
#   StatusCode Complete and no values: just as a metric without data.
# So: a source for CloudWatch needs no XML: it may sign and send JSON 1.0 to GraniteServiceVersion20100801.GetMetricData.
#   moto can prove the signature, the form and the order (newest first) of plain metrics; it cannot prove an error rate,
#   which in CloudWatch is an Expression: a test that asks moto for one sees "no data" whatever was
#   stored, so such a test must use a recorded answer, and "no data" from moto must never be taken for a pass.
set -euo pipefail
source "${BASH_SOURCE%/*}/ground.bash"

python_with boto3==1.43.11 botocore==1.43.11 'moto[server]==5.2.1'
port=$(free_ports 1)
export AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=eu-west-1
start moto "$work/python/bin/moto_server" -H 127.0.0.1 -p "$port"
until_ok 30 curl -sf "http://127.0.0.1:$port/moto-api/data.json"

cat >"$work/ask.py" <<'PYTHON'
import datetime, json, sys
import boto3
from botocore.session import Session

print('protocols', *Session().get_service_model('cloudwatch').metadata['protocols'])

client = boto3.client('cloudwatch', endpoint_url=sys.argv[1])
sent, received = [], []
client.meta.events.register('before-send.*', lambda request, **_: sent.append(request.headers))
client.meta.events.register('before-parse.*', lambda response_dict, **_: received.append(response_dict))
minute = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
for name, value in [('requests', 100.0), ('errors', 5.0)]:
    for ago in [1, 2]:
        client.put_metric_data(Namespace='app', MetricData=[
            {'MetricName': name, 'Value': value * ago, 'Timestamp': minute - datetime.timedelta(minutes=ago)}])

def metric(id, name):
    return {'Id': id, 'MetricStat': {'Metric': {'Namespace': 'app', 'MetricName': name}, 'Period': 60, 'Stat': 'Sum'}}

def ask(*queries):
    results = client.get_metric_data(MetricDataQueries=queries, StartTime=minute - datetime.timedelta(minutes=5),
                                     EndTime=minute)['MetricDataResults']
    return json.dumps([[one['Id'], one['StatusCode'], one['Values']] for one in results])

print('plain', ask(metric('m', 'requests')))
text = lambda value: value.decode() if isinstance(value, bytes) else value
print('request', text(sent[-1]['Content-Type']), text(sent[-1]['X-Amz-Target']))
times = json.loads(received[-1]['body'])['MetricDataResults'][0]['Timestamps']
print('times', 'numbers' if all(isinstance(time, (int, float)) for time in times) else times)
print('expression', ask(metric('e', 'errors'), metric('m', 'requests'), {'Id': 'rate', 'Expression': 'e / m * 100'}))
print('absent', ask(metric('m', 'absent')))
PYTHON
"$work/python/bin/python" "$work/ask.py" "http://127.0.0.1:$port" >"$work/answers"
# answer NAME: the rest of its line.
answer() {
	sed -n "s/^$1 //p" "$work/answers"
}

expect 'protocols of the service, as its model has them' 'smithy-rpc-v2-cbor json query' "$(answer protocols)"
expect 'what boto3 sends' 'application/x-amz-json-1.0 GraniteServiceVersion20100801.GetMetricData' "$(answer request)"
expect 'times in the answer' numbers "$(answer times)"
expect 'a plain metric' '[["m", "Complete", [100.0, 200.0]]]' "$(answer plain)"
expect 'an expression of metrics that have values' \
	'[["e", "Complete", [5.0, 10.0]], ["m", "Complete", [100.0, 200.0]], ["rate", "Complete", []]]' "$(answer expression)"
expect 'a metric that does not exist' '[["m", "Complete", []]]' "$(answer absent)"
