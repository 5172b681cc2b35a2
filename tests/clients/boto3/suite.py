"""AWS's own client for Python against the fake of Secrets Manager and STS: the fake is judged, by a client that nobody here wrote."""
import os
import unittest

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ADDRESS = os.environ["FAKE_AWS"]


def client(service, key="AKIAFAKE0000USER0001", secret="canary-credential"):
    return boto3.client(
        service, region_name="eu-west-1", endpoint_url=ADDRESS, aws_access_key_id=key, aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": 1}))


class SecretsManager(unittest.TestCase):
    def setUp(self):
        self.aws = client("secretsmanager")

    def fails(self, code, call, **arguments):
        with self.assertRaises(ClientError) as raised:
            call(**arguments)
        self.assertEqual(code, raised.exception.response["Error"]["Code"])

    def test_versions_and_stages(self):
        made = self.aws.create_secret(Name="boto/versions", SecretString="first")
        self.assertIn(":secret:boto/versions-", made["ARN"])
        second = self.aws.put_secret_value(SecretId="boto/versions", SecretString="second")
        self.assertEqual(["AWSCURRENT"], second["VersionStages"])

        current = self.aws.get_secret_value(SecretId="boto/versions")
        self.assertEqual(("second", second["VersionId"]), (current["SecretString"], current["VersionId"]))
        self.assertEqual("first", self.aws.get_secret_value(SecretId=made["ARN"], VersionStage="AWSPREVIOUS")["SecretString"])
        self.assertEqual("first", self.aws.get_secret_value(SecretId="boto/versions", VersionId=made["VersionId"])["SecretString"])

        self.aws.update_secret_version_stage(
            SecretId="boto/versions", VersionStage="AWSCURRENT", MoveToVersionId=made["VersionId"], RemoveFromVersionId=second["VersionId"])
        self.assertEqual("first", self.aws.get_secret_value(SecretId="boto/versions")["SecretString"])
        stages = self.aws.describe_secret(SecretId="boto/versions")["VersionIdsToStages"]
        self.assertEqual({made["VersionId"]: ["AWSCURRENT"], second["VersionId"]: ["AWSPREVIOUS"]}, stages)

    def test_bytes(self):
        self.aws.create_secret(Name="boto/bytes", SecretBinary=b"\xff\x00")
        self.assertEqual(b"\xff\x00", self.aws.get_secret_value(SecretId="boto/bytes")["SecretBinary"])

    def test_pages(self):
        for i in range(7):
            self.aws.create_secret(Name=f"boto/page/{i}", SecretString="x")
        pages = list(self.aws.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 3}, Filters=[{"Key": "name", "Values": ["boto/page/"]}]))
        self.assertGreater(len(pages), 2)
        self.assertEqual([f"boto/page/{i}" for i in range(7)], sorted(s["Name"] for page in pages for s in page["SecretList"]))

    def test_deletion_and_its_way_back(self):
        self.aws.create_secret(Name="boto/gone", SecretString="x")
        self.assertIn("DeletionDate", self.aws.delete_secret(SecretId="boto/gone", RecoveryWindowInDays=7))
        self.fails("InvalidRequestException", self.aws.get_secret_value, SecretId="boto/gone")
        self.aws.restore_secret(SecretId="boto/gone")
        self.assertEqual("x", self.aws.get_secret_value(SecretId="boto/gone")["SecretString"])

    def test_refusals(self):
        self.fails("ResourceNotFoundException", self.aws.get_secret_value, SecretId="boto/never")
        self.aws.create_secret(Name="boto/twice", SecretString="x")
        self.fails("ResourceExistsException", self.aws.create_secret, Name="boto/twice", SecretString="x")
        self.fails("InvalidSignatureException", client("secretsmanager", secret="wrong").get_secret_value, SecretId="boto/twice")
        self.fails("UnrecognizedClientException", client("secretsmanager", key="AKIANOBODY0000000001").get_secret_value, SecretId="boto/twice")


class SecurityTokens(unittest.TestCase):
    def test_identity_and_role(self):
        sts = client("sts")
        self.assertEqual("123456789012", sts.get_caller_identity()["Account"])
        keys = sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/shop", RoleSessionName="suite")["Credentials"]
        session = boto3.client(
            "secretsmanager", region_name="eu-west-1", endpoint_url=ADDRESS, aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"])
        self.assertIsInstance(session.list_secrets()["SecretList"], list)

    def test_web_identity(self):
        keys = client("sts").assume_role_with_web_identity(
            RoleArn="arn:aws:iam::123456789012:role/shop", RoleSessionName="suite", WebIdentityToken="web-identity-token")["Credentials"]
        self.assertTrue(keys["SessionToken"])


if __name__ == "__main__":
    unittest.main()
