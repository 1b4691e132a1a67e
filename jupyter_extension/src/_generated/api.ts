// Made by generate.mjs. Do not edit.
export interface paths {
  '/health/live': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Live
     * @description Whether the process answers.
     */
    get: operations['live'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/health/ready': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Ready
     * @description Whether runs are claimed and triggers fire, and if not, why.
     */
    get: operations['ready'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/version': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Version
     * @description What answers. Every answer carries its version as the header Millrace-Version, too.
     */
    get: operations['get_version'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/settings': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Settings
     * @description The service's settings.
     */
    get: operations['get_settings'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/doctor': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Examine
     * @description Look at everything that steps need. It starts a kernel, which takes some seconds.
     */
    get: operations['examine'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/invariants': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Check Invariants
     * @description What must be true of the store and is not.
     */
    get: operations['check_invariants'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/drain': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Drain Service
     * @description Make room for a newer version, over the socket alone: the service ends, unless it drives runs.
     */
    post: operations['drain_service'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/flows': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Flows
     * @description List flows that were run or published here.
     */
    get: operations['list_flows'];
    put?: never;
    /**
     * Publish Flow
     * @description Publish a flow's file as a revision, and make it the environment's active one.
     */
    post: operations['publish_flow'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/flows/{flow_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Flow
     * @description A flow by its id.
     */
    get: operations['get_flow'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/flows/{flow_id}/revisions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Revisions
     * @description List a flow's revisions, the newest first.
     */
    get: operations['list_revisions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/flows/{flow_id}/revisions/{number}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Revision
     * @description A revision by its number.
     */
    get: operations['get_revision'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/flows/{flow_id}/revisions/{number}/document': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Revision Document
     * @description What was published, as text.
     */
    get: operations['get_revision_document'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/flows/{flow_id}/revisions/{number}/differences': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Compare Revisions
     * @description What has to be done to this revision to get the revision `to`.
     */
    get: operations['compare_revisions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/flows/{flow_id}/revisions/{number}/activate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Activate Revision
     * @description Let an environment's triggers run this revision from now on.
     */
    post: operations['activate_revision'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/folders/flows': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Flow Files
     * @description List the flows below a folder. Hidden folders are passed over.
     */
    get: operations['list_flow_files'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/folders/flow': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Read Flow File
     * @description Read a flow's file. The header ETag stands for what it says.
     */
    get: operations['read_flow_file'];
    /**
     * Write Flow File
     * @description Replace a flow's file by the canonical text of what is sent, if it is as it was when it was read.
     */
    put: operations['write_flow_file'];
    post?: never;
    /**
     * Delete Flow File
     * @description Delete a flow's file, if it is as it was when it was read. What is published and has run stays.
     */
    delete: operations['delete_flow_file'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/validation': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Validate Flow
     * @description What is wrong with a document, its nodes' ports, and predicted columns. Nothing of it is run.
     *
     *     It needs the scope `edit`, for components look at the heads of the files that it names.
     */
    post: operations['validate_flow'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/components': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Components
     * @description All components with their manifests: ports, the form's JSON Schema, docs and examples.
     */
    get: operations['list_components'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/components/{component_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Component
     * @description A component's manifest.
     */
    get: operations['get_component'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/components/{component_id}/source': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Component Source
     * @description The component as the source of a code node, with the same ports and settings.
     */
    get: operations['get_component_source'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/components/{component_id}/options': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Ask Options
     * @description The choices that a setting offers now. Its plugin is asked, and may look at data.
     */
    post: operations['ask_options'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/plugins': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Plugins
     * @description What is installed, and what failed and why.
     */
    get: operations['list_plugins'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/plugins/rescan': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Rescan Plugins
     * @description Ask every plugin again what it publishes.
     */
    post: operations['rescan_plugins'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Runs
     * @description List runs, the newest first.
     */
    get: operations['list_runs'];
    put?: never;
    /**
     * Start Draft
     * @description Queue a run of a draft. Its folder's modules and the files that it lists go along.
     */
    post: operations['start_draft'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Run
     * @description A run, and what it is of; by its id, the beginning of it, or `latest`.
     */
    get: operations['get_run'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/flows/{flow_id}/runs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Start Revision
     * @description Queue a run of a published revision.
     */
    post: operations['start_revision'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Cancel Run
     * @description Ask for a run's end. One that has ended stays as it is.
     */
    post: operations['cancel_run'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/retry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Retry Run
     * @description Queue a run in place of one that has ended, which keeps what succeeded there.
     */
    post: operations['retry_run'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/steps': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Steps
     * @description A run's steps.
     */
    get: operations['list_steps'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/steps/{step}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Step
     * @description A step of a run.
     */
    get: operations['get_step'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/steps/{step}/attempts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Attempts
     * @description The attempts at a step, the first first.
     */
    get: operations['list_attempts'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/steps/{step}/attempts/{number}/log': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Log
     * @description A part of what an attempt has logged and printed, from a byte on.
     */
    get: operations['get_log'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/steps/{step}/notebook': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Notebook
     * @description The executed notebook of a step's last attempt.
     */
    get: operations['get_notebook'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Run Events
     * @description What happened in a run, in order. `GET /events` tells of it as it happens.
     */
    get: operations['list_run_events'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/steps/{step}/opened': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Open Step
     * @description What a step was given: its notebook, settings and inputs, so that a person can go on from there.
     */
    get: operations['open_step'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/document': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Run Document
     * @description The flow as it was run.
     */
    get: operations['get_run_document'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/bundle': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Bundle
     * @description What a run has carried along, as a zip: the flow, the modules of its project, files that it lists.
     */
    get: operations['get_bundle'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/steps/{step}/outputs/{port}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Output
     * @description What lies at an output port. It is known, with its beginning, also when the value is kept no longer.
     */
    get: operations['get_output'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/steps/{step}/outputs/{port}/rows': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Query Rows
     * @description Rows of a table: a page of them, of chosen columns, sorted and filtered.
     */
    post: operations['query_rows'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/steps/{step}/outputs/{port}/profile': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Profile Column
     * @description What a column of a table holds: nulls, values, least and greatest, a histogram.
     */
    get: operations['profile_column'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/steps/{step}/outputs/{port}/json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Json Part
     * @description A part of a JSON value.
     */
    get: operations['get_json_part'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{run_id}/steps/{step}/outputs/{port}/content': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Download
     * @description The value as it is stored, as a file.
     */
    get: operations['download'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/triggers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Triggers
     * @description List triggers, or those of a flow, the newest first.
     */
    get: operations['list_triggers'];
    put?: never;
    /**
     * Add Trigger
     * @description Let a published flow's active revision run by a schedule, or when a webhook is called.
     */
    post: operations['add_trigger'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/triggers/{trigger_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Trigger
     * @description A trigger.
     */
    get: operations['get_trigger'];
    /**
     * Change Trigger
     * @description Give a trigger another name and other settings, if it is as it was when it was got.
     */
    put: operations['change_trigger'];
    post?: never;
    /**
     * Delete Trigger
     * @description Delete a trigger, if it is as it was when it was got. Its runs stay.
     */
    delete: operations['delete_trigger'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/triggers/preview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Preview Schedule
     * @description A schedule in words, and when it would fire.
     */
    post: operations['preview_schedule'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/triggers/{trigger_id}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Pause Trigger
     * @description No time is due any more, and nobody's call is taken, until it is resumed.
     */
    post: operations['pause_trigger'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/triggers/{trigger_id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Resume Trigger
     * @description Fire again from now on, or take calls again.
     */
    post: operations['resume_trigger'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/triggers/{trigger_id}/fire': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Fire Trigger
     * @description Queue a run now, whatever the schedule says. A webhook fires when it is called, or by a replay.
     */
    post: operations['fire_trigger'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/triggers/{trigger_id}/ticks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Ticks
     * @description What became of a trigger's due times, the latest first.
     */
    get: operations['list_ticks'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/triggers/{trigger_id}/deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Deliveries
     * @description List what was sent to a webhook, the latest first.
     */
    get: operations['list_deliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/deliveries/{delivery_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Delivery
     * @description A delivery, with what came.
     */
    get: operations['get_delivery'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/deliveries/{delivery_id}/replay': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Replay Delivery
     * @description Make a new run of what was delivered then, by the trigger and the active revision as they are now.
     */
    post: operations['replay_delivery'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/credentials': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Credentials
     * @description List credentials, or those of an environment, the newest first.
     */
    get: operations['list_credentials'];
    put?: never;
    /**
     * Add Credential
     * @description Keep a new credential, encrypted.
     */
    post: operations['add_credential'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/credentials/{environment}/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Credential
     * @description A credential without its secrets, and what needs it.
     */
    get: operations['get_credential'];
    put?: never;
    post?: never;
    /**
     * Delete Credential
     * @description Forget a credential, if it is as it was when it was got. Its log stays.
     */
    delete: operations['delete_credential'];
    options?: never;
    head?: never;
    /**
     * Change Credential
     * @description Change fields of a credential, if it is as it was when it was got.
     */
    patch: operations['change_credential'];
    trace?: never;
  };
  '/credentials/{environment}/{name}/test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Test Credential
     * @description Try whether it works: connect to its server, and log in. It answers 422 if it does not.
     */
    post: operations['test_credential'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/credentials/types': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Credential Types
     * @description List the types that credentials may have, and their fields.
     */
    get: operations['list_credential_types'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/credentials/log': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Credential Events
     * @description Who changed and used credentials, the latest first; also those that were removed.
     */
    get: operations['list_credential_events'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/alerts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List Alerts
     * @description List alerts, the newest first.
     */
    get: operations['list_alerts'];
    put?: never;
    /**
     * Add Alert
     * @description Tell people or programs of the runs of published flows.
     */
    post: operations['add_alert'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/alerts/{alert_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Alert
     * @description An alert, and what went wrong when it last told something.
     */
    get: operations['get_alert'];
    put?: never;
    post?: never;
    /**
     * Delete Alert
     * @description Delete an alert, with what it had still to tell, if it is as it was when it was got.
     */
    delete: operations['delete_alert'];
    options?: never;
    head?: never;
    /**
     * Change Alert
     * @description Change an alert, if it is as it was when it was got.
     */
    patch: operations['change_alert'];
    trace?: never;
  };
  '/alerts/{alert_id}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Pause Alert
     * @description Pause an alert. It never tells what happens meanwhile.
     */
    post: operations['pause_alert'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/alerts/{alert_id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Resume Alert
     * @description Switch a paused alert on again.
     */
    post: operations['resume_alert'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/alerts/{alert_id}/test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Test Alert
     * @description Send a test message now. It answers 422 if that does not arrive, or 503 if it may another time.
     */
    post: operations['test_alert'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Follow
     * @description What happens in runs: `run` (queued, running, its end), `step` (states, row counts, failures), `progress`,
     *     `log` and `lost` (attempts).
     *
     *     An event's data are as `GET /runs/{run_id}/events` has them, its id is where to go on. No event is missed, but
     *     log lines that the store has forgotten meanwhile. Of all runs, the stream begins now; of one, with its first
     *     event, and it ends with the run by the event `end`. `reset` says that the store does not know the place to go
     *     on: look at the lists anew.
     */
    get: operations['follow'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/metrics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Metrics
     * @description Queue delay, runs by state, seconds of steps, lost attempts, lateness of triggers, the loops' last turns.
     */
    get: operations['get_metrics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get Openapi
     * @description This document.
     */
    get: operations['get_openapi'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /**
     * Activate
     * @description Where the revision is to be active.
     */
    Activate: {
      /**
       * Environment
       * @default default
       */
      environment: string;
    };
    /**
     * AlertChange
     * @description What is to be different. What is not given stays as it is; settings are replaced as a whole.
     */
    AlertChange: {
      /** Name */
      name?: string | null;
      /** Conditions */
      conditions?: ('failed' | 'late' | 'skipped' | 'recovered')[] | null;
      /** Every Seconds */
      every_seconds?: number | null;
      /** Settings */
      settings?: (components['schemas']['MailAlert'] | components['schemas']['WebhookAlert']) | null;
    };
    /**
     * AlertPage
     * @description Alerts, the newest first.
     */
    AlertPage: {
      /** Items */
      items: components['schemas']['AlertShown'][];
      /**
       * Next
       * @description Give it as `before` to get the next page.
       */
      next: string | null;
    };
    /**
     * AlertShown
     * @description An alert. The header ETag stands for its present edition.
     */
    AlertShown: {
      /** Alert Id */
      alert_id: string;
      /** Name */
      name: string;
      /**
       * Flow Id
       * @description Null for all flows of the environment.
       */
      flow_id: string | null;
      /** Environment */
      environment: string;
      /** Kind */
      kind: string;
      /** Conditions */
      conditions: string[];
      /**
       * Settings
       * @description Without the address of a webhook, which may be a secret in itself.
       */
      settings: {
        [key: string]: unknown;
      };
      /**
       * Target
       * @description Whom it tells; of a webhook's address, the host.
       */
      target: string;
      /** Every Seconds */
      every_seconds: number;
      /**
       * Paused
       * @description Who paused it, or why; null while it is on.
       */
      paused: string | null;
      /** Version */
      version: number;
      /** Author */
      author: string;
      /**
       * Created
       * Format: date-time
       */
      created: string;
      /**
       * Updated
       * Format: date-time
       */
      updated: string;
      /** Last Sent */
      last_sent: string | null;
      /** @description Why the last try failed; null once one succeeds. */
      failure: components['schemas']['FailureShown'] | null;
    };
    /**
     * AlertTested
     * @description Where a test message has gone.
     */
    AlertTested: {
      /** Target */
      target: string;
    };
    /**
     * ApiKeyAuth
     * @description A header holds a key: a credential of the type `http.api-key` or `secret`.
     */
    ApiKeyAuth: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: 'api-key';
      /** Credential */
      credential: string;
      /**
       * Header
       * @default
       */
      header: string;
    };
    /**
     * AskOptions
     * @description Whose choices are asked for, given the other settings.
     */
    AskOptions: {
      /** Field */
      field: string;
      /** Params */
      params: {
        [key: string]: unknown;
      };
      /**
       * Directory
       * @description The flow's folder.
       * @default
       */
      directory: string;
    };
    /**
     * AskRows
     * @description Which part of a table: rows from `start` on, of those that fulfil all conditions, in an order.
     */
    AskRows: {
      /**
       * Start
       * @default 0
       */
      start: number;
      /**
       * Limit
       * @default 100
       */
      limit: number;
      /** Columns */
      columns?: string[] | null;
      /** Sort */
      sort?: components['schemas']['SortKey'][];
      /** Where */
      where?: components['schemas']['ConditionAsked'][];
      /**
       * Cell
       * @description Characters at which cells are cut.
       * @default 1000
       */
      cell: number;
    };
    /**
     * AttemptShown
     * @description One try at a step.
     */
    AttemptShown: {
      /** Number */
      number: number;
      /** State */
      state: string;
      /** Worker */
      worker: string;
      /**
       * Submitted
       * Format: date-time
       */
      submitted: string;
      /** Started */
      started: string | null;
      /** Ended */
      ended: string | null;
      failure: components['schemas']['FailureShown'] | null;
      /**
       * Seconds
       * @description By phase; and `cpu`.
       */
      seconds: {
        [key: string]: number;
      };
      /**
       * Peak Memory
       * @description Bytes.
       */
      peak_memory: number | null;
      /** Has Log */
      has_log: boolean;
      /** Has Notebook */
      has_notebook: boolean;
    };
    /**
     * Attempts
     * @description The attempts at a step.
     */
    Attempts: {
      /** Items */
      items: components['schemas']['AttemptShown'][];
    };
    /**
     * BasicAuth
     * @description User and password: a credential of the type `http.basic`.
     */
    BasicAuth: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: 'basic';
      /** Credential */
      credential: string;
    };
    /**
     * Bin
     * @description A bar of a histogram.
     */
    Bin: {
      /** From */
      from: number;
      /** To */
      to: number;
      /** Count */
      count: number;
    };
    /**
     * BodyShown
     * @description The beginning of a body: as text, or as base64 where it is no UTF-8. Neither, once it is kept no longer.
     */
    BodyShown: {
      /** Text */
      text: string | null;
      /** Base64 */
      base64: string | null;
      /**
       * Cut
       * @description Whether it is longer than 100,000 bytes.
       */
      cut: boolean;
    };
    /**
     * BreachShown
     * @description An invariant of the store that does not hold, and the first few rows that break it.
     */
    BreachShown: {
      /** Name */
      name: string;
      /** Message */
      message: string;
      /** Ids */
      ids: string[];
      /** Count */
      count: number;
    };
    /**
     * Breaches
     * @description What must be true of the store and is not.
     */
    Breaches: {
      /** Items */
      items: components['schemas']['BreachShown'][];
    };
    /**
     * CheckShown
     * @description One thing that was looked at.
     */
    CheckShown: {
      /** Name */
      name: string;
      /** Ok */
      ok: boolean;
      /** Message */
      message: string;
      /** Cure */
      cure: string;
    };
    /**
     * Checks
     * @description Whether all is well.
     */
    Checks: {
      /** Ok */
      ok: boolean;
      /** Items */
      items: components['schemas']['CheckShown'][];
    };
    /**
     * ColumnShown
     * @description A table's column.
     */
    ColumnShown: {
      /** Name */
      name: string;
      /** Type */
      type: string;
    };
    /**
     * ComponentManifest
     * @description A component as data: what the palette, the form and the validator need without importing its plugin.
     */
    ComponentManifest: {
      /** Id */
      id: string;
      /** Version */
      version: number;
      /** Name */
      name: string;
      /** Category */
      category: string;
      /**
       * Effect
       * @enum {string}
       */
      effect: 'pure' | 'reads' | 'writes';
      /**
       * Icon
       * @default
       */
      icon: string;
      /**
       * Doc
       * @default
       */
      doc: string;
      /** Plugin */
      plugin: string;
      /** Distribution */
      distribution: string;
      /** Module */
      module: string;
      /** Qualname */
      qualname: string;
      /**
       * Code
       * @default
       */
      code: string;
      /** Inputs */
      inputs: components['schemas']['PortManifest'][];
      /** Outputs */
      outputs: components['schemas']['PortManifest'][];
      /** Params */
      params: {
        [key: string]: unknown;
      };
      /** Credentials */
      credentials?: {
        [key: string]: string;
      };
      /** Context */
      context?: string | null;
      /** Preload */
      preload?: string[];
      /**
       * Predicts
       * @default false
       */
      predicts: boolean;
      /** Migrates From */
      migrates_from?: number[];
      /** Examples */
      examples?: {
        [key: string]: unknown;
      }[];
      /** Optional Credentials */
      optional_credentials?: string[];
    };
    /**
     * ComponentSource
     * @description A code node that does what the component does.
     */
    ComponentSource: {
      /** Source */
      source: string;
    };
    /**
     * Components
     * @description All components, by id.
     */
    Components: {
      /** Items */
      items: components['schemas']['ComponentManifest'][];
    };
    /**
     * ConditionAsked
     * @description What a cell must fulfil: `contains` and `starts_with` ignore case. Decimals and times are given as text.
     */
    ConditionAsked: {
      /** Column */
      column: string;
      /**
       * Op
       * @enum {string}
       */
      op: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'in' | 'contains' | 'starts_with' | 'is_null' | 'not_null';
      /** Value */
      value?: boolean | number | string | (boolean | number | string)[] | null;
    };
    /**
     * CredentialChange
     * @description What is to be different. Fields that are not given stay as they are; null gives one its default back.
     */
    CredentialChange: {
      /**
       * Values
       * @description Field -> value, as the type has them.
       */
      values: {
        [key: string]: unknown;
      };
    };
    /**
     * CredentialDetail
     * @description A credential, and what needs it.
     */
    CredentialDetail: {
      /** Credential Id */
      credential_id: string;
      /** Name */
      name: string;
      /** Environment */
      environment: string;
      /** Type */
      type: string;
      /**
       * Fields
       * @description Those that are not secret.
       */
      fields: {
        [key: string]: unknown;
      };
      /**
       * Secret
       * @description The names of those that are.
       */
      secret: string[];
      /** Version */
      version: number;
      /**
       * Author
       * @description Who changed it last.
       */
      author: string;
      /**
       * Created
       * Format: date-time
       */
      created: string;
      /**
       * Updated
       * Format: date-time
       */
      updated: string;
      /**
       * Used By
       * @description Nodes of active revisions, `Flow / node`, and webhooks.
       */
      used_by: string[];
    };
    /**
     * CredentialEventPage
     * @description What was done with credentials, the latest first.
     */
    CredentialEventPage: {
      /** Items */
      items: components['schemas']['CredentialEventShown'][];
      /**
       * Next
       * @description Give it as `before` to get the next page.
       */
      next: string | null;
    };
    /**
     * CredentialEventShown
     * @description Something that was done with a credential.
     */
    CredentialEventShown: {
      /**
       * Time
       * Format: date-time
       */
      time: string;
      /** Who */
      who: string;
      /** Action */
      action: string;
      /** Credential Id */
      credential_id: string;
      /** Name */
      name: string;
      /** Environment */
      environment: string;
      /** Run Id */
      run_id: string | null;
      /** Step */
      step: string | null;
      /** Attempt */
      attempt: number | null;
      /**
       * Fields
       * @description The fields that were changed.
       */
      fields: string[];
    };
    /**
     * CredentialPage
     * @description Credentials, the newest first.
     */
    CredentialPage: {
      /** Items */
      items: components['schemas']['CredentialShown'][];
      /**
       * Next
       * @description Give it as `before` to get the next page.
       */
      next: string | null;
    };
    /**
     * CredentialShown
     * @description A credential without its secrets. The header ETag stands for its present edition.
     */
    CredentialShown: {
      /** Credential Id */
      credential_id: string;
      /** Name */
      name: string;
      /** Environment */
      environment: string;
      /** Type */
      type: string;
      /**
       * Fields
       * @description Those that are not secret.
       */
      fields: {
        [key: string]: unknown;
      };
      /**
       * Secret
       * @description The names of those that are.
       */
      secret: string[];
      /** Version */
      version: number;
      /**
       * Author
       * @description Who changed it last.
       */
      author: string;
      /**
       * Created
       * Format: date-time
       */
      created: string;
      /**
       * Updated
       * Format: date-time
       */
      updated: string;
    };
    /**
     * CredentialTested
     * @description What trying it has shown.
     */
    CredentialTested: {
      /** Message */
      message: string;
    };
    /**
     * CredentialTypeShown
     * @description What a credential may be.
     */
    CredentialTypeShown: {
      /** Id */
      id: string;
      /** Title */
      title: string;
      /** Doc */
      doc: string;
      /** Plugin */
      plugin: string;
      /** Distribution */
      distribution: string;
      /**
       * Fields
       * @description JSON Schema of the fields.
       */
      fields: {
        [key: string]: unknown;
      };
      /**
       * Secret
       * @description The fields that nobody reads again.
       */
      secret: string[];
      /**
       * Tests
       * @description Whether it can be tried.
       */
      tests: boolean;
    };
    /**
     * CredentialTypes
     * @description All that a credential may be, by id.
     */
    CredentialTypes: {
      /** Items */
      items: components['schemas']['CredentialTypeShown'][];
    };
    /**
     * CronTrigger
     * @description Fires by a schedule. Every due tick ends as exactly one run, or one recorded skip with its reason.
     */
    CronTrigger: {
      /**
       * Kind
       * @default cron
       * @constant
       */
      kind: 'cron';
      schedule: components['schemas']['Schedule'];
      /**
       * Missed
       * @default latest
       * @enum {string}
       */
      missed: 'all' | 'latest' | 'skip';
      /**
       * Missed Cap
       * @default 100
       */
      missed_cap: number;
      /**
       * Overlap
       * @default queue
       * @enum {string}
       */
      overlap: 'queue' | 'skip' | 'cancel' | 'allow';
      /**
       * Parallel
       * @default 1
       */
      parallel: number;
      /** Deadline */
      deadline?: number | null;
      /** Time Limit */
      time_limit?: number | null;
      /** Inputs */
      inputs?: {
        [key: string]: unknown;
      };
      cursor?: components['schemas']['Cursor'] | null;
    };
    /**
     * Cursor
     * @description Lets each run go on where the last successful one of its trigger ended: `of` (`node.port`) becomes `input`.
     */
    Cursor: {
      /** Input */
      input: string;
      /** Of */
      of: string;
    };
    /**
     * DeliveryDetail
     * @description A delivery with what came, if that was kept.
     */
    DeliveryDetail: {
      /** Delivery Id */
      delivery_id: string;
      /** Trigger Id */
      trigger_id: string;
      /**
       * Received
       * Format: date-time
       */
      received: string;
      /**
       * Key
       * @description The sender's id of it.
       */
      key: string | null;
      /**
       * Size
       * @description Bytes of the body.
       */
      size: number | null;
      /**
       * Body Hash
       * @description SHA-256 of the body, in hex.
       */
      body_hash: string | null;
      /**
       * Status
       * @description The HTTP status that the sender got.
       */
      status: number;
      /** Outcome */
      outcome: string;
      /** Reason */
      reason: string;
      /**
       * Unrecorded
       * @description How many of the same outcome before it were not recorded.
       */
      unrecorded: number;
      /** Run Id */
      run_id: string | null;
      /** Event Id */
      event_id: string | null;
      /** Replay Of */
      replay_of: string | null;
      request: components['schemas']['RequestShown'] | null;
    };
    /**
     * DeliveryPage
     * @description Deliveries, the latest first.
     */
    DeliveryPage: {
      /** Items */
      items: components['schemas']['DeliveryShown'][];
      /**
       * Next
       * @description Give it as `before` to get the next page.
       */
      next: string | null;
    };
    /**
     * DeliveryShown
     * @description What was sent to a webhook, and what became of it.
     */
    DeliveryShown: {
      /** Delivery Id */
      delivery_id: string;
      /** Trigger Id */
      trigger_id: string;
      /**
       * Received
       * Format: date-time
       */
      received: string;
      /**
       * Key
       * @description The sender's id of it.
       */
      key: string | null;
      /**
       * Size
       * @description Bytes of the body.
       */
      size: number | null;
      /**
       * Body Hash
       * @description SHA-256 of the body, in hex.
       */
      body_hash: string | null;
      /**
       * Status
       * @description The HTTP status that the sender got.
       */
      status: number;
      /** Outcome */
      outcome: string;
      /** Reason */
      reason: string;
      /**
       * Unrecorded
       * @description How many of the same outcome before it were not recorded.
       */
      unrecorded: number;
      /** Run Id */
      run_id: string | null;
      /** Event Id */
      event_id: string | null;
      /** Replay Of */
      replay_of: string | null;
    };
    /**
     * DifferenceShown
     * @description What has to be done to the one to get the other.
     */
    DifferenceShown: {
      /**
       * Where
       * @description A node, `edge`, `input` or `flow`.
       */
      where: string;
      /** What */
      what: string;
    };
    /**
     * Differences
     * @description What differs between two revisions; where nodes lie is no difference.
     */
    Differences: {
      /** Items */
      items: components['schemas']['DifferenceShown'][];
    };
    /**
     * Document
     * @description A flow as a revision or a run has it.
     */
    Document: {
      /** Text */
      text: string;
    };
    /**
     * Drain
     * @description Whether the service ends now.
     */
    Drain: {
      /** Ends */
      ends: boolean;
      /**
       * Runs
       * @description The runs that it drives, after which it would.
       */
      runs: string[];
    };
    /**
     * FailureShown
     * @description Why something failed.
     */
    FailureShown: {
      /** Code */
      code: string;
      /** Message */
      message: string;
      /** Cure */
      cure: string;
      /** Node */
      node: string;
      /** Item */
      item: number | null;
      /** Line */
      line: number | null;
      /**
       * Fault
       * @enum {string}
       */
      fault: 'user' | 'system';
      /** Retryable */
      retryable: boolean;
    };
    /**
     * FlowFileShown
     * @description A flow's file. Its text may be no flow.
     */
    FlowFileShown: {
      /** Path */
      path: string;
      /** Text */
      text: string;
    };
    /**
     * FlowList
     * @description The flows below a folder, by path.
     */
    FlowList: {
      /** Items */
      items: string[];
    };
    /**
     * FlowPage
     * @description Flows, by id.
     */
    FlowPage: {
      /** Items */
      items: components['schemas']['FlowShown'][];
      /** Next */
      next: string | null;
    };
    /**
     * FlowProblem
     * @description One thing that is wrong: what, where, and the cure.
     */
    FlowProblem: {
      /** Code */
      code: string;
      /** Message */
      message: string;
      /** Cure */
      cure: string;
      /** Node */
      node: string;
      /** Field */
      field: string;
      /** Line */
      line: number | null;
      /**
       * Severity
       * @enum {string}
       */
      severity: 'error' | 'warning';
    };
    /**
     * FlowShown
     * @description A flow that was run or published here.
     */
    FlowShown: {
      /** Flow Id */
      flow_id: string;
      /** Name */
      name: string;
      /** Path */
      path: string;
      /**
       * Created
       * Format: date-time
       */
      created: string;
      /**
       * Updated
       * Format: date-time
       */
      updated: string;
    };
    /**
     * FlowText
     * @description What a flow's file is to say.
     */
    FlowText: {
      /** Text */
      text: string;
    };
    /**
     * Given
     * @description What an input port gets.
     */
    Given: {
      /** Kind */
      kind: string;
      /** Frame */
      frame: string | null;
      /** Many */
      many: boolean;
      /** Values */
      values: components['schemas']['GivenValue'][];
    };
    /**
     * GivenValue
     * @description One value at an input port: the output of another step.
     */
    GivenValue: {
      /** Step */
      step: string;
      /** Port */
      port: string;
      /** Format */
      format: string;
      /** Name */
      name: string;
      /** Bytes */
      bytes: number;
      /**
       * File
       * @description Where it lies; empty if it is not on this machine, or you are not.
       */
      file: string;
    };
    /**
     * JsonMember
     * @description A member of an array or object; large text is cut, containers are asked for by their own pointer.
     */
    JsonMember: {
      /** Key */
      key: string;
      /**
       * Kind
       * @enum {string}
       */
      kind: 'object' | 'array' | 'text' | 'number' | 'boolean' | 'null';
      /** Size */
      size?: number | null;
      /** Value */
      value?: unknown;
    };
    /**
     * JsonPart
     * @description What a pointer points to.
     */
    JsonPart: {
      /** Pointer */
      pointer: string;
      /**
       * Kind
       * @enum {string}
       */
      kind: 'object' | 'array' | 'text' | 'number' | 'boolean' | 'null';
      /** Size */
      size?: number | null;
      /** Value */
      value?: unknown;
      /** Start */
      start?: number | null;
      /** Items */
      items?: components['schemas']['JsonMember'][] | null;
    };
    /**
     * LateShown
     * @description An attempt whose end came too late to be taken.
     */
    LateShown: {
      /** Node */
      node: string;
      /** Attempt */
      attempt: number;
      /** State */
      state: string;
    };
    /**
     * Live
     * @description The process answers.
     */
    Live: {
      /** Version */
      version: string;
    };
    /**
     * Log
     * @description A part of an attempt's log. While it runs, the run's events carry what is logged.
     */
    Log: {
      /** Text */
      text: string;
      /**
       * Next
       * @description The offset of the next part; null at the end.
       */
      next: number | null;
      /**
       * Bytes
       * @description Of the whole log.
       */
      bytes: number;
    };
    /**
     * MailAlert
     * @description Told by e-mail, through the server that the SMTP credential names.
     */
    MailAlert: {
      /**
       * Late After
       * @default 300
       */
      late_after: number;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: 'mail';
      /** To */
      to: string[];
      /** Credential */
      credential: string;
    };
    /**
     * NewAlertAsked
     * @description An alert of the runs of a published flow; without `flow_id`, of all flows in the environment.
     */
    NewAlertAsked: {
      /** Name */
      name: string;
      /** Flow Id */
      flow_id?: string | null;
      /**
       * Environment
       * @default default
       */
      environment: string;
      /** Conditions */
      conditions: ('failed' | 'late' | 'skipped' | 'recovered')[];
      /**
       * Every Seconds
       * @description Seconds; at most one message goes in that time.
       * @default 900
       */
      every_seconds: number;
      /** Settings */
      settings: components['schemas']['MailAlert'] | components['schemas']['WebhookAlert'];
    };
    /**
     * NewCredentialAsked
     * @description A credential to be kept.
     */
    NewCredentialAsked: {
      /** Name */
      name: string;
      /** Type */
      type: string;
      /**
       * Environment
       * @default default
       */
      environment: string;
      /**
       * Values
       * @description Field -> value, as the type has them.
       */
      values: {
        [key: string]: unknown;
      };
    };
    /**
     * NewTriggerAsked
     * @description A trigger of a published flow.
     */
    NewTriggerAsked: {
      /** Flow Id */
      flow_id: string;
      /** Name */
      name: string;
      /**
       * Environment
       * @default default
       */
      environment: string;
      /** Settings */
      settings: components['schemas']['CronTrigger'] | components['schemas']['WebhookTrigger'];
    };
    /**
     * NoAuth
     * @description Anybody may call.
     */
    NoAuth: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: 'open';
    };
    /**
     * NodePorts
     * @description A node's ports, in order.
     */
    NodePorts: {
      /** Inputs */
      inputs: components['schemas']['PortManifest'][];
      /** Outputs */
      outputs: components['schemas']['PortManifest'][];
    };
    /**
     * Opened
     * @description A step as its workers know it, but for credentials.
     */
    Opened: {
      /** Run Id */
      run_id: string;
      /** Step */
      step: string;
      /** Node */
      node: string;
      /**
       * Notebook
       * @description nbformat 4; not executed.
       */
      notebook: {
        [key: string]: unknown;
      };
      /**
       * Own Notebook
       * @description Whether it is the user's own: it takes `parameters`.
       */
      own_notebook: boolean;
      /** Parameters */
      parameters: {
        [key: string]: unknown;
      };
      /** Settings */
      settings: {
        [key: string]: unknown;
      };
      /** Inputs */
      inputs: {
        [key: string]: components['schemas']['Given'];
      };
      /**
       * Outputs
       * @description Port -> kind, in order.
       */
      outputs: {
        [key: string]: string;
      };
      /** Table Format */
      table_format: string;
      /** Kernel */
      kernel: string;
      /**
       * Credentials
       * @description Arguments that only a run fills.
       */
      credentials: string[];
      /**
       * Bundle
       * @description Hash of what the run carried along; empty if there is nothing.
       */
      bundle: string;
      /**
       * Bundle Folder
       * @description Where that lies unpacked; empty for callers elsewhere.
       */
      bundle_folder: string;
      /**
       * Directory
       * @description The project's folder; empty for callers elsewhere.
       */
      directory: string;
    };
    /**
     * Options
     * @description The choices that a setting offers.
     */
    Options: {
      /** Items */
      items: string[];
    };
    /**
     * OutputDetail
     * @description The value at an output port, and its beginning.
     */
    OutputDetail: {
      /** Kind */
      kind: string;
      /** Format */
      format: string;
      /** Bytes */
      bytes: number;
      /** Rows */
      rows: number | null;
      /** Columns */
      columns:
        | {
            [key: string]: string;
          }[]
        | null;
      /** Name */
      name: string;
      /** Hash */
      hash: string;
      /**
       * Preview
       * @description Tables: at most 100 rows; JSON and text: the beginning, as text.
       */
      preview: unknown;
    };
    /**
     * OutputShown
     * @description The value at an output port, without the value.
     */
    OutputShown: {
      /** Kind */
      kind: string;
      /** Format */
      format: string;
      /** Bytes */
      bytes: number;
      /** Rows */
      rows: number | null;
      /** Columns */
      columns:
        | {
            [key: string]: string;
          }[]
        | null;
      /** Name */
      name: string;
      /** Hash */
      hash: string;
    };
    /**
     * Pause
     * @description Why it is paused.
     */
    Pause: {
      /**
       * Why
       * @default
       */
      why: string;
    };
    /**
     * PluginFailureShown
     * @description A plugin that does not work, or one component that it could not publish.
     */
    PluginFailureShown: {
      /** Plugin */
      plugin: string;
      /** Distribution */
      distribution: string;
      /** Component */
      component: string;
      /** Message */
      message: string;
      /** Traceback */
      traceback: string;
    };
    /**
     * PluginShown
     * @description An installed plugin.
     */
    PluginShown: {
      /** Name */
      name: string;
      /** Distribution */
      distribution: string;
      /** Version */
      version: string;
      /** Components */
      components: string[];
      /**
       * Error
       * @description Why it does not work; empty if it does.
       */
      error: string;
    };
    /**
     * Plugins
     * @description What is installed, and what failed and why.
     */
    Plugins: {
      /** Items */
      items: components['schemas']['PluginShown'][];
      /** Failures */
      failures: components['schemas']['PluginFailureShown'][];
    };
    /**
     * PortManifest
     * @description A port, as data.
     */
    PortManifest: {
      /** Name */
      name: string;
      /**
       * Kind
       * @enum {string}
       */
      kind: 'table' | 'json' | 'text' | 'file' | 'figure' | 'model';
      /** Frame */
      frame?: ('pandas' | 'polars' | 'lazy' | 'arrow' | 'dask') | null;
      /**
       * Many
       * @default false
       */
      many: boolean;
      /**
       * Required
       * @default true
       */
      required: boolean;
      /**
       * Description
       * @default
       */
      description: string;
    };
    /**
     * Preview
     * @description A schedule that somebody thinks of.
     */
    Preview: {
      schedule: components['schemas']['Schedule'];
      /**
       * Count
       * @default 5
       */
      count: number;
    };
    /**
     * Previewed
     * @description When it would fire.
     */
    Previewed: {
      /** Words */
      words: string;
      /** Next */
      next: string[];
    };
    /**
     * Profile
     * @description What a column holds.
     */
    Profile: {
      /** Column */
      column: string;
      /** Type */
      type: string;
      /** Rows */
      rows: number;
      /**
       * Looked At
       * @description The first so many rows.
       */
      looked_at: number;
      /** Nulls */
      nulls: number;
      /** Distinct */
      distinct: number | null;
      /** Min */
      min: unknown;
      /** Max */
      max: unknown;
      /** Mean */
      mean: number | null;
      /** Top */
      top: components['schemas']['TopValue'][];
      /** Histogram */
      histogram: components['schemas']['Bin'][];
    };
    /**
     * Publish
     * @description What is published: a flow's file as it is now, with all that a run of it needs.
     */
    Publish: {
      /**
       * Path
       * @description Of the flow's file, from the root folder on.
       */
      path: string;
      /**
       * Environment
       * @default default
       */
      environment: string;
      /**
       * Note
       * @default
       */
      note: string;
      /**
       * New Id
       * @description The file is a copy of another flow's: make it a flow of its own.
       * @default false
       */
      new_id: boolean;
    };
    /**
     * PublishedShown
     * @description What publishing has come to.
     */
    PublishedShown: {
      revision: components['schemas']['RevisionShown'];
      /**
       * New
       * @description False where the active revision is the same already.
       */
      new: boolean;
      /** Warnings */
      warnings: {
        [key: string]: unknown;
      }[];
    };
    /**
     * Ready
     * @description Whether runs are claimed and triggers fire.
     */
    Ready: {
      /** Ready */
      ready: boolean;
      /**
       * Reasons
       * @description Why it is not ready, one line each.
       */
      reasons: string[];
    };
    /**
     * RequestShown
     * @description What came with a delivery. Headers that hold secrets were never kept.
     */
    RequestShown: {
      /** Method */
      method: string;
      /** Path */
      path: string;
      /** Query */
      query: string;
      /**
       * Headers
       * @description Names and values, in the order in which they came.
       */
      headers: string[][];
      body: components['schemas']['BodyShown'];
    };
    /**
     * Retry
     * @description What runs again: what did not succeed; with `from`, that node and what follows; with other inputs, or another
     *     revision, also what depends on what has changed.
     */
    Retry: {
      /** From */
      from?: string | null;
      /**
       * Inputs
       * @description Those that are to have another value.
       */
      inputs?: {
        [key: string]: unknown;
      };
      /**
       * Revision
       * @description The run's own document, or the revision that is active now.
       * @default same
       * @enum {string}
       */
      revision: 'same' | 'active';
      /**
       * Fresh
       * @description Run every step.
       * @default false
       */
      fresh: boolean;
    };
    /**
     * RevisionPage
     * @description Revisions, the newest first.
     */
    RevisionPage: {
      /** Items */
      items: components['schemas']['RevisionShown'][];
      /**
       * Next
       * @description Give it as `before` to get the next page.
       */
      next: number | null;
    };
    /**
     * RevisionShown
     * @description A published version of a flow.
     */
    RevisionShown: {
      /** Revision Id */
      revision_id: string;
      /** Flow Id */
      flow_id: string;
      /** Number */
      number: number;
      /**
       * Created
       * Format: date-time
       */
      created: string;
      /** Author */
      author: string;
      /** Note */
      note: string;
      /**
       * Active In
       * @description The environments whose triggers run it.
       */
      active_in: string[];
    };
    /**
     * Rows
     * @description Part of a table. Decimals, times and integers beyond 2^53 are text.
     */
    Rows: {
      /** Columns */
      columns: components['schemas']['TableColumn'][];
      /** Start */
      start: number;
      /**
       * Total
       * @description Rows that fulfil the conditions.
       */
      total: number;
      /** Rows */
      rows: unknown[][];
    };
    /**
     * RunDetail
     * @description A run with what it is of.
     */
    RunDetail: {
      /** Run Id */
      run_id: string;
      /** Flow Id */
      flow_id: string;
      /** Flow */
      flow: string;
      /**
       * State
       * @enum {string}
       */
      state: 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled';
      /** Revision Id */
      revision_id: string | null;
      /** Environment */
      environment: string;
      /** Trigger Id */
      trigger_id: string | null;
      /**
       * Author
       * @description Who asked for it; null if nobody did, or it is not known.
       */
      author: string | null;
      /** Origin Run */
      origin_run: string | null;
      /** Inputs */
      inputs: {
        [key: string]: unknown;
      };
      /** Selection */
      selection: {
        [key: string]: unknown;
      };
      /** Priority */
      priority: number;
      /**
       * Time Limit
       * @description Seconds that it may take.
       */
      time_limit: number | null;
      /** Cancel Requested */
      cancel_requested: boolean;
      /**
       * Created
       * Format: date-time
       */
      created: string;
      /** Started */
      started: string | null;
      /** Ended */
      ended: string | null;
      /** Seconds */
      seconds: number | null;
      failure: components['schemas']['FailureShown'] | null;
      /**
       * Forgotten
       * @description When its values, logs and notebooks were given up.
       */
      forgotten: string | null;
      /**
       * Revision
       * @description The number of its revision.
       */
      revision: number | null;
      /**
       * Trigger
       * @description The name of its trigger.
       */
      trigger: string | null;
      /**
       * Drift
       * @description What is not as it was when it was published.
       */
      drift: string[];
      /**
       * Late
       * @description Attempts that ended after they had been given up.
       */
      late: components['schemas']['LateShown'][];
      /**
       * Event
       * @description What asked for it.
       */
      event: unknown;
    };
    /**
     * RunEventShown
     * @description Something that happened in a run or to one of its steps.
     */
    RunEventShown: {
      /** Run Id */
      run_id: string;
      /** Seq */
      seq: number;
      /**
       * Time
       * Format: date-time
       */
      time: string;
      /** Kind */
      kind: string;
      /** Step */
      step: string;
      /** Data */
      data: {
        [key: string]: unknown;
      };
    };
    /**
     * RunEvents
     * @description A run's events, in order.
     */
    RunEvents: {
      /** Items */
      items: components['schemas']['RunEventShown'][];
      /**
       * Next
       * @description Give it as `after` to get the next page.
       */
      next: number | null;
    };
    /**
     * RunPage
     * @description Runs, the newest first.
     */
    RunPage: {
      /** Items */
      items: components['schemas']['RunShown'][];
      /**
       * Next
       * @description Give it as `before` to get the next page.
       */
      next: string | null;
    };
    /**
     * RunShown
     * @description A run. One without a revision is of a draft.
     */
    RunShown: {
      /** Run Id */
      run_id: string;
      /** Flow Id */
      flow_id: string;
      /** Flow */
      flow: string;
      /**
       * State
       * @enum {string}
       */
      state: 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled';
      /** Revision Id */
      revision_id: string | null;
      /** Environment */
      environment: string;
      /** Trigger Id */
      trigger_id: string | null;
      /**
       * Author
       * @description Who asked for it; null if nobody did, or it is not known.
       */
      author: string | null;
      /** Origin Run */
      origin_run: string | null;
      /** Inputs */
      inputs: {
        [key: string]: unknown;
      };
      /** Selection */
      selection: {
        [key: string]: unknown;
      };
      /** Priority */
      priority: number;
      /**
       * Time Limit
       * @description Seconds that it may take.
       */
      time_limit: number | null;
      /** Cancel Requested */
      cancel_requested: boolean;
      /**
       * Created
       * Format: date-time
       */
      created: string;
      /** Started */
      started: string | null;
      /** Ended */
      ended: string | null;
      /** Seconds */
      seconds: number | null;
      failure: components['schemas']['FailureShown'] | null;
      /**
       * Forgotten
       * @description When its values, logs and notebooks were given up.
       */
      forgotten: string | null;
    };
    /**
     * Schedule
     * @description When to fire: by five cron fields (or a preset such as `@daily`), or `every` so many seconds.
     *
     *     Cron fields are read in the time zone, a name of the IANA database. Seconds are counted from `starts`, or from
     *     1970. Nothing fires before `starts` and from `ends` on.
     */
    Schedule: {
      /**
       * Cron
       * @default
       */
      cron: string;
      /** Every */
      every?: number | null;
      /**
       * Timezone
       * @default UTC
       */
      timezone: string;
      /** Starts */
      starts?: string | null;
      /** Ends */
      ends?: string | null;
    };
    /**
     * SettingsShown
     * @description Settings. Addresses of databases and stores are not told: they may hold passwords.
     */
    SettingsShown: {
      /** Home */
      home: string;
      /**
       * Store
       * @description `sqlite` or `postgresql`.
       */
      store: string;
      /** Table Format */
      table_format: string;
      /** Projects */
      projects: string[];
      /** Workers */
      workers: number;
      /**
       * Dask
       * @description Whether steps run on a Dask cluster that is not the service's own.
       */
      dask: boolean;
      /** Kernels */
      kernels: string;
      /** Step Memory */
      step_memory: number | null;
      /** Runs At Once */
      runs_at_once: number;
      /** Flow Runs At Once */
      flow_runs_at_once: number;
      /** Keep Days */
      keep_days: number | null;
      /** Keep Bytes */
      keep_bytes: number | null;
    };
    /**
     * SignedAuth
     * @description A signature of the body as GitHub makes it, or others under other names; credentials of the type `secret`.
     */
    SignedAuth: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: 'signed';
      /** Credentials */
      credentials: string[];
      /**
       * Header
       * @default X-Hub-Signature-256
       */
      header: string;
      /**
       * Prefix
       * @default sha256=
       */
      prefix: string;
      /**
       * Delivery Header
       * @default X-GitHub-Delivery
       */
      delivery_header: string;
    };
    /**
     * SortKey
     * @description Nulls come last.
     */
    SortKey: {
      /** Column */
      column: string;
      /**
       * Descending
       * @default false
       */
      descending: boolean;
    };
    /**
     * StandardAuth
     * @description A signature by the Standard Webhooks specification, with credentials of the type `secret`.
     */
    StandardAuth: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: 'standard';
      /** Credentials */
      credentials: string[];
      /**
       * Tolerance
       * @default 300
       */
      tolerance: number;
    };
    /**
     * StartDraft
     * @description A run of a document that is not published.
     */
    StartDraft: {
      /** Document */
      document: {
        [key: string]: unknown;
      };
      /**
       * Path
       * @description Of the flow's file, from the root folder on.
       */
      path: string;
      /**
       * Inputs
       * @description Input of the flow -> its value.
       */
      inputs?: {
        [key: string]: unknown;
      };
      /**
       * To
       * @description Only what this node needs.
       */
      to?: string | null;
      /**
       * From
       * @description This node and what follows; with `to` of the same name, it alone.
       */
      from?: string | null;
      /**
       * Origin Run
       * @description With `from`: whose results are taken; by default, the flow's last run's.
       */
      origin_run?: string | null;
      /**
       * Fresh
       * @description Reuse no result by content.
       * @default false
       */
      fresh: boolean;
      /** Time Limit */
      time_limit?: number | null;
    };
    /**
     * StartRevision
     * @description A run of a published revision: of the environment's active one, or of that number.
     */
    StartRevision: {
      /** Number */
      number?: number | null;
      /**
       * Environment
       * @default default
       */
      environment: string;
      /**
       * Inputs
       * @description Input of the flow -> its value.
       */
      inputs?: {
        [key: string]: unknown;
      };
      /** To */
      to?: string | null;
      /** Time Limit */
      time_limit?: number | null;
    };
    /**
     * StepShown
     * @description One node's part in a run.
     */
    StepShown: {
      /** Step */
      step: string;
      /** Node */
      node: string;
      /** State */
      state: string;
      /**
       * Attempt
       * @description The number of the current attempt; 0 before the first.
       */
      attempt: number;
      /**
       * Reused Run
       * @description The run whose result was taken.
       */
      reused_run: string | null;
      /** Outputs */
      outputs: {
        [key: string]: components['schemas']['OutputShown'];
      };
      failure: components['schemas']['FailureShown'] | null;
      /** Ready At */
      ready_at: string | null;
      /** Started */
      started: string | null;
      /** Ended */
      ended: string | null;
      /** Seconds */
      seconds: number | null;
    };
    /**
     * Steps
     * @description A run's steps, each behind those that it needs.
     */
    Steps: {
      /** Items */
      items: components['schemas']['StepShown'][];
    };
    /**
     * Successor
     * @description Who takes this service's place.
     */
    Successor: {
      /** Version */
      version: string;
    };
    /**
     * TableColumn
     * @description A column of a table.
     */
    TableColumn: {
      /** Name */
      name: string;
      /** Type */
      type: string;
    };
    /**
     * TickPage
     * @description Due times, the latest first.
     */
    TickPage: {
      /** Items */
      items: components['schemas']['TickShown'][];
      /**
       * Next
       * @description Give it as `before` to get the next page.
       */
      next: number | null;
    };
    /**
     * TickShown
     * @description What became of a due time: a run, or the reason why there is none.
     */
    TickShown: {
      /**
       * Due
       * Format: date-time
       */
      due: string;
      /**
       * Recorded
       * Format: date-time
       */
      recorded: string;
      /** Run Id */
      run_id: string | null;
      /** Skipped */
      skipped: string | null;
    };
    /**
     * TopValue
     * @description A frequent value.
     */
    TopValue: {
      /** Value */
      value: unknown;
      /** Count */
      count: number;
    };
    /**
     * TriggerChange
     * @description What a trigger is to be from now on. It keeps its kind.
     */
    TriggerChange: {
      /** Name */
      name: string;
      /** Settings */
      settings: components['schemas']['CronTrigger'] | components['schemas']['WebhookTrigger'];
    };
    /**
     * TriggerPage
     * @description Triggers, the newest first.
     */
    TriggerPage: {
      /** Items */
      items: components['schemas']['TriggerShown'][];
      /** Next */
      next: string | null;
    };
    /**
     * TriggerShown
     * @description A trigger. The header ETag stands for its present edition.
     */
    TriggerShown: {
      /** Trigger Id */
      trigger_id: string;
      /** Flow Id */
      flow_id: string;
      /**
       * Flow
       * @description The flow's name.
       */
      flow: string;
      /** Environment */
      environment: string;
      /** Name */
      name: string;
      /** Kind */
      kind: string;
      /** Settings */
      settings: {
        [key: string]: unknown;
      };
      /**
       * Words
       * @description When it fires, as people say it.
       */
      words: string;
      /**
       * Url
       * @description Where a webhook is called; the path alone if the service has no address for webhooks.
       */
      url: string | null;
      /**
       * Paused
       * @description Who paused it, or why it stands still; null while it is on.
       */
      paused: string | null;
      /**
       * Next
       * @description When it fires next; null if never again, or if called.
       */
      next: string | null;
      /** Version */
      version: number;
      /** Author */
      author: string;
      /**
       * Created
       * Format: date-time
       */
      created: string;
      /**
       * Updated
       * Format: date-time
       */
      updated: string;
    };
    /**
     * Validate
     * @description A document, and the folder in which its relative paths mean something.
     */
    Validate: {
      /** Document */
      document: {
        [key: string]: unknown;
      };
      /**
       * Directory
       * @description Empty where the service sees no folder: no file is found.
       * @default
       */
      directory: string;
    };
    /**
     * Validated
     * @description What was found. A flow without a problem that is an error can run.
     */
    Validated: {
      /** Problems */
      problems: components['schemas']['FlowProblem'][];
      /**
       * Ports
       * @description By node, where its component is installed.
       */
      ports: {
        [key: string]: components['schemas']['NodePorts'];
      };
      /**
       * Schemas
       * @description Node -> output port -> columns, where they can be told without running.
       */
      schemas: {
        [key: string]: {
          [key: string]: components['schemas']['ColumnShown'][] | null;
        };
      };
      /**
       * Pickers
       * @description Node -> input port -> columns to offer: the known ones, else those of the last run.
       */
      pickers: {
        [key: string]: {
          [key: string]: components['schemas']['ColumnShown'][];
        };
      };
      /**
       * Forms
       * @description JSON Schema of the settings of code and notebook nodes; components' are in their manifests.
       */
      forms: {
        [key: string]: {
          [key: string]: unknown;
        };
      };
    };
    /**
     * Version
     * @description What answers. A client of another version asks its person to reload, or its service to restart.
     */
    Version: {
      /** Version */
      version: string;
      /**
       * Api
       * @description Raised by a change that breaks clients.
       * @default 1
       */
      api: number;
    };
    /**
     * WebhookAlert
     * @description Told by a POST of JSON, signed by Standard Webhooks if a credential (a secret) is named.
     */
    WebhookAlert: {
      /**
       * Late After
       * @default 300
       */
      late_after: number;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: 'webhook';
      /** Url */
      url: string;
      /**
       * Credential
       * @default
       */
      credential: string;
    };
    /**
     * WebhookTrigger
     * @description Fires when somebody calls `POST /hooks/<path>`. Every call that was answered with success made one run.
     */
    WebhookTrigger: {
      /**
       * Kind
       * @default webhook
       * @constant
       */
      kind: 'webhook';
      /**
       * Path
       * @default
       */
      path: string;
      /** Methods */
      methods: (
        | components['schemas']['ApiKeyAuth']
        | components['schemas']['BasicAuth']
        | components['schemas']['StandardAuth']
        | components['schemas']['SignedAuth']
        | components['schemas']['NoAuth']
      )[];
      /** Mapping */
      mapping?: {
        [key: string]: string;
      };
      /** Inputs */
      inputs?: {
        [key: string]: unknown;
      };
      /**
       * Respond Seconds
       * @default 0
       */
      respond_seconds: number;
      /**
       * Rate
       * @default 600
       */
      rate: number;
      /**
       * Queue
       * @default 1000
       */
      queue: number;
      /**
       * Max Bytes
       * @default 10000000
       */
      max_bytes: number;
      /**
       * Delivery Header
       * @default Idempotency-Key
       */
      delivery_header: string;
      /** Time Limit */
      time_limit?: number | null;
      cursor?: components['schemas']['Cursor'] | null;
    };
    /**
     * Mistake
     * @description One thing that is wrong in a request.
     */
    Mistake: {
      /** Where */
      where: string;
      /** Message */
      message: string;
    };
    /**
     * Problem
     * @description What went wrong.
     */
    Problem: {
      /** Type */
      type: string;
      /** Title */
      title: string;
      /** Status */
      status: number;
      /** Detail */
      detail: string;
      /** Code */
      code: string;
      /**
       * Cure
       * @default
       */
      cure: string;
      /**
       * Field
       * @default
       */
      field: string;
      /**
       * Line
       * @default null
       */
      line: number | null;
      /**
       * Retryable
       * @default false
       */
      retryable: boolean;
      /** Mistakes */
      mistakes?: components['schemas']['Mistake'][];
      /** Problems */
      problems?: {
        [key: string]: unknown;
      }[];
      /**
       * Id
       * @default
       */
      id: string;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  live: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Live'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  ready: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Ready'];
        };
      };
      /** @description Service Unavailable */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Ready'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_version: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Version'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_settings: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SettingsShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  examine: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Checks'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  check_invariants: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Breaches'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  drain_service: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Successor'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Drain'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  list_flows: {
    parameters: {
      query?: {
        /** @description The most that a page holds. */
        limit?: number;
        before?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FlowPage'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  publish_flow: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Publish'];
      };
    };
    responses: {
      /** @description Nothing was new. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PublishedShown'];
        };
      };
      /** @description Successful Response */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PublishedShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_flow: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The flow's own id, such as `f_7k2m9q`. */
        flow_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FlowShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  list_revisions: {
    parameters: {
      query?: {
        /** @description The most that a page holds. */
        limit?: number;
        before?: number | null;
      };
      header?: never;
      path: {
        /** @description The flow's own id, such as `f_7k2m9q`. */
        flow_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RevisionPage'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_revision: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The flow's own id, such as `f_7k2m9q`. */
        flow_id: string;
        number: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RevisionShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_revision_document: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The flow's own id, such as `f_7k2m9q`. */
        flow_id: string;
        number: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Document'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  compare_revisions: {
    parameters: {
      query: {
        to: number;
      };
      header?: never;
      path: {
        /** @description The flow's own id, such as `f_7k2m9q`. */
        flow_id: string;
        number: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Differences'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  activate_revision: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The flow's own id, such as `f_7k2m9q`. */
        flow_id: string;
        number: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Activate'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RevisionShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  list_flow_files: {
    parameters: {
      query: {
        path: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FlowList'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  read_flow_file: {
    parameters: {
      query: {
        path: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FlowFileShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  write_flow_file: {
    parameters: {
      query: {
        path: string;
      };
      header?: {
        /** @description The ETag that was got, such as `"3"`. Without it: 428. */
        'If-Match'?: string | null;
        /** @description `*` makes a new file. */
        'If-None-Match'?: string | null;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['FlowText'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FlowFileShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  delete_flow_file: {
    parameters: {
      query: {
        path: string;
      };
      header?: {
        /** @description The ETag that was got, such as `"3"`. Without it: 428. */
        'If-Match'?: string | null;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  validate_flow: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Validate'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Validated'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  list_components: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Components'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_component: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        component_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ComponentManifest'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_component_source: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        component_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ComponentSource'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  ask_options: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        component_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['AskOptions'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Options'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  list_plugins: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Plugins'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  rescan_plugins: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Plugins'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  list_runs: {
    parameters: {
      query?: {
        /** @description The most that a page holds. */
        limit?: number;
        before?: string | null;
        /** @description A flow's id or name. */
        flow?: string | null;
        /** @description Alternatives. */
        state?: ('queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled')[] | null;
        trigger_id?: string | null;
        /** @description Microseconds since 1970. */
        since?: number | null;
        until?: number | null;
        /** @description Words of failures and logs. */
        search?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunPage'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  start_draft: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any text of the client's own. The same request, sent again with it, gets the run of the first. */
        'Idempotency-Key'?: string | null;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['StartDraft'];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_run: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunDetail'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  start_revision: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any text of the client's own. The same request, sent again with it, gets the run of the first. */
        'Idempotency-Key'?: string | null;
      };
      path: {
        /** @description The flow's own id, such as `f_7k2m9q`. */
        flow_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['StartRevision'];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  cancel_run: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  retry_run: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any text of the client's own. The same request, sent again with it, gets the run of the first. */
        'Idempotency-Key'?: string | null;
      };
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Retry'];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  list_steps: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Steps'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_step: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        run_id: string;
        step: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StepShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  list_attempts: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        run_id: string;
        step: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Attempts'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_log: {
    parameters: {
      query?: {
        offset?: number;
      };
      header?: never;
      path: {
        run_id: string;
        step: string;
        number: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Log'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_notebook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        run_id: string;
        step: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The notebook */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/x-ipynb+json': Record<string, never>;
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  list_run_events: {
    parameters: {
      query?: {
        /** @description The most that a page holds. */
        limit?: number;
        after?: number;
      };
      header?: never;
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunEvents'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  open_step: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        run_id: string;
        step: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Opened'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_run_document: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Document'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_bundle: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        run_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The zip */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/octet-stream': string;
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_output: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        run_id: string;
        step: string;
        port: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OutputDetail'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  query_rows: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        run_id: string;
        step: string;
        port: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['AskRows'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Rows'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  profile_column: {
    parameters: {
      query: {
        column: string;
      };
      header?: never;
      path: {
        run_id: string;
        step: string;
        port: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Profile'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_json_part: {
    parameters: {
      query?: {
        /** @description RFC 6901; empty for the whole. */
        pointer?: string;
        start?: number;
        limit?: number;
      };
      header?: never;
      path: {
        run_id: string;
        step: string;
        port: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JsonPart'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  download: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        run_id: string;
        step: string;
        port: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The file */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/octet-stream': string;
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  list_triggers: {
    parameters: {
      query?: {
        /** @description The most that a page holds. */
        limit?: number;
        before?: string | null;
        flow_id?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TriggerPage'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  add_trigger: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['NewTriggerAsked'];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TriggerShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_trigger: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        trigger_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TriggerShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  change_trigger: {
    parameters: {
      query?: never;
      header?: {
        /** @description The ETag that was got, such as `"3"`. Without it: 428. */
        'If-Match'?: string | null;
      };
      path: {
        trigger_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['TriggerChange'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TriggerShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  delete_trigger: {
    parameters: {
      query?: never;
      header?: {
        /** @description The ETag that was got, such as `"3"`. Without it: 428. */
        'If-Match'?: string | null;
      };
      path: {
        trigger_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  preview_schedule: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Preview'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Previewed'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  pause_trigger: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        trigger_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Pause'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TriggerShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  resume_trigger: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        trigger_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TriggerShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  fire_trigger: {
    parameters: {
      query?: never;
      header?: {
        /** @description Any text of the client's own. The same request, sent again with it, gets the run of the first. */
        'Idempotency-Key'?: string | null;
      };
      path: {
        trigger_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  list_ticks: {
    parameters: {
      query?: {
        /** @description The most that a page holds. */
        limit?: number;
        before?: number | null;
      };
      header?: never;
      path: {
        trigger_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TickPage'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  list_deliveries: {
    parameters: {
      query?: {
        /** @description The most that a page holds. */
        limit?: number;
        before?: string | null;
      };
      header?: never;
      path: {
        trigger_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeliveryPage'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_delivery: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        delivery_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeliveryDetail'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  replay_delivery: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        delivery_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeliveryShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  list_credentials: {
    parameters: {
      query?: {
        /** @description The most that a page holds. */
        limit?: number;
        before?: string | null;
        /** @description Empty for all. */
        environment?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CredentialPage'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  add_credential: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['NewCredentialAsked'];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CredentialDetail'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_credential: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The environment. */
        environment: string;
        /** @description The credential's name. */
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CredentialDetail'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  delete_credential: {
    parameters: {
      query?: {
        /** @description Also if active revisions or webhooks name it; else 409. */
        force?: boolean;
      };
      header?: {
        /** @description The ETag that was got, such as `"3"`. Without it: 428. */
        'If-Match'?: string | null;
      };
      path: {
        /** @description The environment. */
        environment: string;
        /** @description The credential's name. */
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  change_credential: {
    parameters: {
      query?: never;
      header?: {
        /** @description The ETag that was got, such as `"3"`. Without it: 428. */
        'If-Match'?: string | null;
      };
      path: {
        /** @description The environment. */
        environment: string;
        /** @description The credential's name. */
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CredentialChange'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CredentialDetail'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  test_credential: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The environment. */
        environment: string;
        /** @description The credential's name. */
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CredentialTested'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  list_credential_types: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CredentialTypes'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  list_credential_events: {
    parameters: {
      query?: {
        /** @description The most that a page holds. */
        limit?: number;
        before?: string | null;
        /** @description Empty for all. */
        name?: string;
        /** @description Empty for all. */
        environment?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CredentialEventPage'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  list_alerts: {
    parameters: {
      query?: {
        /** @description The most that a page holds. */
        limit?: number;
        before?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertPage'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  add_alert: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['NewAlertAsked'];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_alert: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        alert_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  delete_alert: {
    parameters: {
      query?: never;
      header?: {
        /** @description The ETag that was got, such as `"3"`. Without it: 428. */
        'If-Match'?: string | null;
      };
      path: {
        alert_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  change_alert: {
    parameters: {
      query?: never;
      header?: {
        /** @description The ETag that was got, such as `"3"`. Without it: 428. */
        'If-Match'?: string | null;
      };
      path: {
        alert_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['AlertChange'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  pause_alert: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        alert_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Pause'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  resume_alert: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        alert_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertShown'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  test_alert: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        alert_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AlertTested'];
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  follow: {
    parameters: {
      query?: {
        /** @description One run alone, from its beginning. */
        run?: string | null;
      };
      header?: {
        /** @description Go on behind this event; browsers send it. */
        'Last-Event-ID'?: string | null;
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The stream */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': string;
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_metrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The figures */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain; version=1.0.0; charset=utf-8': string;
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  get_openapi: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            [key: string]: unknown;
          };
        };
      };
      /** @description What the client can mend */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description What it cannot */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
}
