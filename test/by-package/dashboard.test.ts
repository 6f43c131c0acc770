import { unitTestsOf } from "../support/unit-tests.ts";

unitTestsOf("dashboard");
